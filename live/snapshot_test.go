package live_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
)

// filled sets every field of a value, however deep, to something that is not its zero, so that what a form leaves out is seen.
func filled(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_700_000_000+int64(*n), 0).UTC()))
			return
		}
		for _, field := range v.Fields() {
			filled(field, n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0), n)
	case reflect.Array:
		for i := range v.Len() {
			filled(v.Index(i), n)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		filled(key, n)
		filled(value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("text" + string(rune('a'+*n%26)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*n))
	default:
		panic("a snapshot holds nothing of this sort: " + v.Type().String())
	}
}

// A snapshot holds all of what requirements judge by, and every sort of setting.
func TestSnapshotKeepsEverything(t *testing.T) {
	kept := &live.Snapshot{
		Baseline: "b", Account: "111122223333", Caller: "c", ReadAt: time.Unix(1_700_000_000, 0).UTC(), Evidence: &resource.Evidence{},
		State: resource.State{resource.At("iam_role", "r"): {
			Settings: resource.Object{
				"text": "<a & b>", "flag": true, "number": 7, "list": []string{"x", "y"}, "none": []string{}, "tags": map[string]string{"k": "v"},
				"document": resource.Document("{\n \"Version\": \"2012-10-17\" }"),
			},
			Facts: resource.Facts{"id": "AROA1"},
		}},
		Looked: []resource.Address{resource.At("iam_access_key", "alice")},
	}
	n := 0
	filled(reflect.ValueOf(kept.Evidence).Elem(), &n)
	filled(reflect.ValueOf(&kept.Needs).Elem(), &n)
	text, err := kept.Encode()
	if err != nil {
		t.Fatal(err)
	}
	found, err := live.DecodeSnapshot(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kept, found, cmp.AllowUnexported(live.Snapshot{})); diff != "" {
		t.Errorf("(-kept +found):\n%s", diff)
	}
	if found.Digest() == "" || found.Digest() != kept.Digest() {
		t.Errorf("digests %q and %q", kept.Digest(), found.Digest())
	}
	for n := range len(text) - 1 {
		if _, err := live.DecodeSnapshot(text[:n]); err == nil {
			t.Fatalf("a snapshot cut at %d is taken for whole", n)
		}
	}
	if _, err := live.DecodeSnapshot([]byte(strings.Replace(string(text), "AROA1", "AROA2", 1))); err == nil {
		t.Error("a snapshot that was edited is taken for whole")
	}
}

// What was looked at is shown, also one thing of all that a user holds. All else is named.
func TestSnapshotShowsWhatWasLookedAt(t *testing.T) {
	key, bob := resource.At("iam_access_key", "alice", "AKIA1"), resource.At("iam_user", "bob")
	kept := &live.Snapshot{Looked: []resource.Address{resource.At("iam_access_key", "alice")}, Needs: resource.Needs{Report: true}}
	state := resource.State{key: {Settings: resource.Object{"status": "Active"}}}
	found, err := kept.Look(t.Context(), state, []resource.Address{key})
	if diff := cmp.Diff(state, found); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	_, err = kept.Look(t.Context(), state, []resource.Address{key, bob})
	if unseen, ok := errors.AsType[*live.UnseenError](err); !ok || len(unseen.Objects) != 1 || unseen.Objects[0] != bob {
		t.Errorf("bob was not looked at: %v", err)
	}
	if err := kept.Covers(resource.Needs{Report: true}); err != nil {
		t.Error(err)
	}
	err = kept.Covers(resource.Needs{Report: true, RootMFA: true, Kinds: []resource.Kind{"iam_virtual_mfa_device"}})
	want := []string{"objects of kind iam_virtual_mfa_device", "the MFA device of root"}
	if unseen, ok := errors.AsType[*live.UnseenError](err); !ok || cmp.Diff(want, unseen.Evidence) != "" {
		t.Errorf("what was not read: %v", err)
	}
}
