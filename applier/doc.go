// Package applier carries out plans and records what they did: the order and concurrency of steps, retries, the journal,
// resuming, and the store of runs.
//
// It knows accounts only through the [Account] interface and changes only as data, so the same code applies, rolls back
// and resumes every kind. It must never import an AWS package, package kinds or package live, and it never prints:
// what happens is told as [Event] values.
package applier
