package applier

// The journal is tried on its own, because what it promises about syncing cannot be seen from outside: a file that was
// written but not synced looks the same until the power fails.

// Journal is the journal of a run on any file.
type Journal struct{ *journal }

// NewJournal begins a journal.
func NewJournal(file durable) Journal { return Journal{newJournal(file)} }

// Sync records that a step began and returns when that is on disk.
func (j Journal) Sync(step int) error { return j.sync(record{Step: step, Event: Began}) }

// Write records that a step is done, some time soon.
func (j Journal) Write(step int) { j.write(record{Step: step, Event: Done}) }

// Close writes what is left.
func (j Journal) Close() error { return j.close() }

// Die ends the locks of a store as the end of its process does: nothing more is said of them.
func Die(s *Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, held := range s.leases {
		held.stop()
		if g, ok := held.grip.(*fileGrip); ok {
			_ = g.lock.Close()
		}
	}
}
