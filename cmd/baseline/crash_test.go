package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"pgregory.net/rapid"

	"baseline/applier"
	"baseline/kinds"
	"baseline/live"
	"baseline/planner"
	"baseline/resource"
	"baseline/sandbox"
	"baseline/testdata/accounts"
)

// stage is a simulated account with the real reader, kinds, planner and applier in front of it, and a runs directory that can
// be set back to what a crash would have left of it.
type stage struct {
	t       *rapid.T
	clock   *movingClock
	account *sandbox.Account
	session *session
	runs    string
}

// movingClock moves only when somebody waits.
type movingClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *movingClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *movingClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

func newStage(t *rapid.T, dir string) *stage {
	clock := &movingClock{now: time.Date(2026, 11, 21, 14, 2, 11, 0, time.UTC)}
	account := sandbox.New(sandbox.Options{Now: clock.Now, Seed: 1, ShortPages: true, Sleep: func(time.Duration) {}})
	opened, err := live.Open(t.Context(), live.Options{
		HTTPClient: account.Client(), Endpoint: "http://sandbox.invalid", Clock: clock, MaxBackoff: time.Millisecond,
		Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t: t, clock: clock, account: account, session: &session{Account: opened}, runs: dir}
}

func (s *stage) applier() *applier.Applier {
	parallel := rapid.IntRange(1, 4).Draw(s.t, "parallel")
	return &applier.Applier{Account: s.session, Store: applier.NewStore(s.runs, applier.Locking{Clock: s.clock}), Types: kinds.Types(), Clock: s.clock, Parallel: parallel}
}

// draw plans the way to a goal, or returns nil where there is none in one plan.
func (s *stage) draw(goal, from resource.State) *resource.Plan {
	want := accounts.Wanting(goal, from)
	account := planner.Account{ID: accounts.ID, Live: s.state(), Types: kinds.Types(), Looked: map[resource.Address]bool{}}
	for _, a := range accounts.Named() {
		account.Looked[a] = true
	}
	draft, err := lookClosely(s.t.Context(), s.session, &account, func() *planner.Draft { return planner.Make(want, account) })
	if err != nil {
		s.t.Fatal(err)
	}
	if len(draft.Problems) > 0 {
		return nil
	}
	return &resource.Plan{Format: resource.PlanFormat, Baseline: accounts.Name, Account: accounts.ID, Changes: draft.Changes}
}

// back plans the undoing of a run; drift is a failure.
func (s *stage) back(id string) *resource.Plan {
	run, err := applier.NewStore(s.runs, applier.Locking{Clock: s.clock}).Load(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &command{}
	plan, drift, err := c.wayBack(s.t.Context(), s.session, run, live.Identity{Account: accounts.ID})
	if err != nil {
		s.t.Fatalf("the way back: %v", err)
	}
	if len(drift) > 0 {
		s.t.Fatalf("drift although nobody else was there: %v", drift)
	}
	return plan
}

// state is what the account shows, by the settings that every read shows, and what random accounts hold that none does.
func (s *stage) state() resource.State {
	reading, err := s.session.Account.Read(s.t.Context(), live.Ask{Needs: resource.Needs{Kinds: accounts.Extra()}})
	if err != nil {
		s.t.Fatal(err)
	}
	state, err := s.session.Look(s.t.Context(), reading.State, accounts.Named())
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

func (s *stage) mustBe(what string, want resource.State) {
	now := s.state()
	for a, r := range want {
		if !planner.Same(now[a].Settings, r.Settings) {
			s.t.Fatalf("%s: %s is %v, not %v", what, a, now[a].Settings, r.Settings)
		}
	}
	for a := range now {
		if _, expected := want[a]; !expected {
			s.t.Fatalf("%s: %s is there", what, a)
		}
	}
}

// errCrashed ends an attempt that was cut off.
var errCrashed = errors.New("crashed")

// crashing lets work run until its n-th call, before or after which the process is gone: what was on disk at that moment is
// all that is left of it. It returns errCrashed when the crash came before the end of the work.
func (s *stage) crashing(n int, after bool, work func() error) error {
	frozen := s.runs + ".frozen"
	var once sync.Once
	crashed := false
	var mu sync.Mutex
	s.account.SetFaults(sandbox.Faults{Hook: func(_ string, call int) sandbox.Fault {
		if call < n {
			return sandbox.Fault{}
		}
		first := false
		once.Do(func() {
			first = true
			mu.Lock()
			defer mu.Unlock()
			crashed = true
			if err := copyDir(s.runs, frozen); err != nil {
				panic(err)
			}
		})
		if first && after {
			return sandbox.Fault{} // the call is carried out, but there is nobody left to hear of it
		}
		return sandbox.Fault{Code: "AccessDenied"}
	}})
	err := work()
	s.account.SetFaults(sandbox.Faults{})
	mu.Lock()
	defer mu.Unlock()
	if !crashed {
		if err != nil {
			s.t.Fatalf("failed without a crash: %v", err)
		}
		return nil
	}
	if err := errors.Join(os.RemoveAll(s.runs), os.Rename(frozen, s.runs)); err != nil {
		s.t.Fatal(err)
	}
	return errCrashed
}

// copyDir copies a directory as it is at this moment. A directory that is not there yet is empty.
func copyDir(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return os.CopyFS(to, os.DirFS(from))
}

// Promise 4: a crash at any moment leaves a run that can be finished and that can be undone.
func TestAnyCrashCanBeResumedOrUndone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	rounds := 0
	crashes := 0
	rapid.Check(t, func(t *rapid.T) {
		rounds++
		s := newStage(t, filepath.Join(root, fmt.Sprint(rounds), "runs"))
		w := accounts.World{T: t}
		first, second := w.Account(), w.Account()
		if plan := s.draw(first, nil); plan == nil {
			t.Fatal("an empty account can't be filled")
		} else if _, err := s.applier().Apply(t.Context(), applier.Header{Command: "apply"}, plan, false); err != nil {
			t.Fatal(err)
		}
		before := s.state()
		plan := s.draw(second, before)
		if plan == nil || len(plan.Changes) == 0 {
			return
		}
		after := end(before, plan.Changes)

		// One attempt after the other is cut off, and the last one is not.
		pending := func() error {
			_, err := s.applier().Apply(t.Context(), applier.Header{Command: "apply"}, plan, true)
			return err
		}
		what, goal := "apply", after
		for attempt := 0; ; attempt++ {
			n := 1 << 30
			if attempt < 3 {
				n = rapid.IntRange(1, 3*len(plan.Changes)).Draw(t, "crash at call")
			}
			if s.crashing(n, rapid.Bool().Draw(t, "after the call"), pending) == nil {
				break
			}
			crashes++
			runs, err := applier.NewStore(s.runs, applier.Locking{Clock: s.clock}).List(s.t.Context())
			if err != nil {
				t.Fatal(err)
			}
			last := runs[0]
			if len(runs) == 1 { // the crash came before the run was recorded, and so before its first change
				s.mustBe("before "+what, before)
				continue
			}
			if last.Header.Command == "apply" && rapid.Bool().Draw(t, "undo") {
				back := s.back(last.ID)
				what, goal = "rollback", before
				header := applier.Header{Command: "rollback", Undoes: last.ID}
				pending = func() error {
					_, err := s.applier().Apply(t.Context(), header, back, true)
					return err
				}
				continue
			}
			what += ", resumed"
			pending = func() error {
				run, err := applier.NewStore(s.runs, applier.Locking{Clock: s.clock}).Load(s.t.Context(), last.ID)
				if err != nil {
					return err
				}
				_, err = s.applier().Resume(t.Context(), run, applier.Resumption{Caller: run.Header.Caller})
				return err
			}
		}
		s.mustBe("after "+what, goal)
	})
	t.Logf("%d rounds, %d crashes", rounds, crashes)
	if crashes*4 < rounds {
		t.Errorf("only %d crashes in %d rounds", crashes, rounds)
	}
}

// end is the state that changes lead to.
func end(state resource.State, changes []resource.Change) resource.State {
	out := maps.Clone(state)
	for _, c := range changes {
		if c.After == nil {
			delete(out, c.Address)
			continue
		}
		out[c.Address] = resource.Resource{Settings: c.After}
	}
	return out
}

// Lost answers, throttling, busy objects and what is not visible yet are normal life: an apply comes through all of them.
func TestAnApplyComesThroughLostAnswersThrottlingAndLag(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	rounds := 0
	rapid.Check(t, func(t *rapid.T) {
		rounds++
		s := newStage(t, filepath.Join(root, fmt.Sprint(rounds), "runs"))
		w := accounts.World{T: t}
		goal := w.Account()
		plan := s.draw(goal, nil)
		seed := rapid.IntRange(0, 1<<20).Draw(t, "seed")
		codes := []string{"Throttling", "ConcurrentModification", "ServiceFailure"}
		s.account.SetFaults(sandbox.Faults{
			Lag: time.Duration(rapid.IntRange(0, 5).Draw(t, "lag")) * time.Second,
			Hook: func(action string, n int) sandbox.Fault {
				_, name, _ := strings.Cut(action, ":")
				read := slices.ContainsFunc([]string{"Get", "List", "Describe", "Head"}, func(verb string) bool { return strings.HasPrefix(name, verb) })
				switch x := (n*7919 + seed) % 23; {
				case read && x < 3:
					return sandbox.Fault{Code: "Throttling"} // the busy-ness of an object is for writes only
				case read:
				case x < 2:
					return sandbox.Fault{Lost: sandbox.LostAfter}
				case x < 3:
					return sandbox.Fault{Lost: sandbox.LostBefore}
				case x < 3+len(codes):
					return sandbox.Fault{Code: codes[x-3]}
				}
				return sandbox.Fault{}
			},
		})
		run, err := s.applier().Apply(t.Context(), applier.Header{Command: "apply"}, plan, true)
		s.account.SetFaults(sandbox.Faults{})
		if err != nil {
			t.Fatal(err)
		}
		s.mustBe("after apply", end(resource.State{}, plan.Changes))
		if len(plan.Changes) == 0 {
			return
		}
		back := s.back(run.ID)
		if _, err := s.applier().Apply(t.Context(), applier.Header{Command: "rollback", Undoes: run.ID}, back, true); err != nil {
			t.Fatal(err)
		}
		s.mustBe("after rollback", resource.State{})
	})
}
