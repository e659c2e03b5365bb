// Package sandbox is a simulated AWS account. It speaks AWS's own wire protocols over HTTP (IAM and STS: a form in, XML
// out; S3: REST with XML; CloudTrail, KMS and CloudWatch Logs: JSON 1.1; SNS: a form; CloudWatch: a form, JSON or RPC v2
// CBOR; Resource Groups Tagging: JSON 1.1 or RPC v2 CBOR), so the real SDKs, the AWS CLI and any other client can be
// pointed at it, in the same process without a port or over a listener. It refuses where AWS refuses, with the same code;
// it never takes the short cuts that make undoing look easier than it is: ids are never used twice, a deleted principal
// stays dead in every trust policy, deleting meets the conditions AWS sets, version numbers only grow.
//
// An account lives in memory ([New]) or in a file ([Open]). The file is a journal of whole entities, one change per
// line, so a write costs the same however large the account is, an answered write survives the death of the process,
// and several processes can share one account. See journal.go.
//
// # How it is built
//
// A request is recognised by its protocol (server.go), turned into a call and, under the account's lock, handed to its
// operation. Operations read entities, check everything AWS checks, and say what to put and remove; only then is the
// change written down and applied. An entity is never changed in place, so answers are rendered after the lock is gone.
// Each kind of entity has one file holding its type, its rules and its operations, and one line in the list of kinds.go.
//
// # What it does not know
//
// Nobody signs in to the console, and root makes no calls; what they do is told by [Account.SignIn] and
// [Account.SetRoot]. Signatures are not checked: the access key id alone tells who calls. A key of a user or of a session of this account
// is that user or session; any other key is the account's administrator, an assumed-role session of
// SandboxAdministrator. Callers' permissions are not evaluated; see [Faults] for denial. Accounts, users and roles of
// other accounts, and service principals of proper form, are taken to exist. AWS managed policies are known by name;
// only a few of their documents are held (awspolicies.go), and asking for another is refused with NotImplemented rather
// than answered with an invented one.
//
// Trails deliver no events, though the account's event history holds its own last writes: what is told of their deliveries is worked out from what they could deliver to. Organizations
// and the trails of their other accounts are told by [Account.SetOrganization] and [Account.AddForeignTrail]. Keys have
// no material, log groups no logs, alarms no measurements, and topics send no mail: [Account.ConfirmSubscriptions] is
// whoever would have read it.
//
// The package imports nothing else of this module, and no AWS code: it is a witness for the rest and must not share its
// mistakes.
package sandbox
