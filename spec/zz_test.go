package spec_test
import ("testing";"fmt";"strings";"time";"baseline/spec")
func TestBig(t *testing.T){
 var b strings.Builder
 b.WriteString(head+"groups: {G: }\nusers:\n")
 for i:=range 5000 { fmt.Fprintf(&b,"  user%d: {groups: [G], tags: {team: a}, policies: [aws:PowerUserAccess]}\n",i) }
 b.WriteString("policies:\n")
 for i:=range 1500 { fmt.Fprintf(&b,"  p%d: {document: %s}\n",i,readDoc) }
 s:=time.Now(); _,err:=load(map[string]string{"baseline.yaml":b.String()},spec.Env{}); fmt.Println(b.Len(),time.Since(s),err)
 x:=strings.ReplaceAll(b.String(),"[G]","[Gx]"); x=strings.ReplaceAll(x,"G: ","G: , "+strings.Repeat("Hh: , ",1))
 s=time.Now(); _,err=load(map[string]string{"baseline.yaml":x},spec.Env{}); fmt.Println(time.Since(s),len(err.Error()))
 // many duplicate merge keys and many wrong actions
 b.Reset(); b.WriteString(head+"policies: {A: {document: {Version: '2012-10-17', Statement: [")
 for range 20000 { b.WriteString("{Effect: Alow, Action: x, Resource: y},") }
 b.WriteString("]}}}\n")
 s=time.Now(); _,err=load(map[string]string{"baseline.yaml":b.String()},spec.Env{}); fmt.Println(b.Len(),time.Since(s),len(err.Error()))
 b.Reset(); b.WriteString(head+"users: {")
 for i:=range 200000 { fmt.Fprintf(&b,"k%d: {z: 1}, ",i) }
 b.WriteString("}\n")
 s=time.Now(); _,err=load(map[string]string{"baseline.yaml":b.String()},spec.Env{}); fmt.Println(b.Len(),time.Since(s),len(err.Error()))
 b.Reset(); b.WriteString(head)
 for i:=range 200000 { fmt.Fprintf(&b,"k%d: z\n",i) }
 s=time.Now(); _,err=load(map[string]string{"baseline.yaml":b.String()},spec.Env{}); fmt.Println(b.Len(),time.Since(s),len(err.Error()))
 b.Reset(); b.WriteString(head+"users: {"); for i:=range 30000 { fmt.Fprintf(&b,"k%d: ,",i) }; b.WriteString("}\ngroups: {")
 for i:=range 20000 { fmt.Fprintf(&b,"k%d: {members: [k%d]}, ",i,i) }; b.WriteString("}\n")
 s=time.Now(); _,err=load(map[string]string{"baseline.yaml":b.String()},spec.Env{}); fmt.Println(b.Len(),time.Since(s),err)
 b.Reset(); b.WriteString(head+"users: &u {"); for i:=range 40000 { fmt.Fprintf(&b,"k%d: ,",i) }; b.WriteString("}\nroles: {<<: *u}\n")
 s=time.Now(); _,err=load(map[string]string{"baseline.yaml":b.String()},spec.Env{}); fmt.Println(b.Len(),time.Since(s),err!=nil)
}
