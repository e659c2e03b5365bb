// Package policy reads IAM policy documents: it checks what an author wrote, decides whether two documents mean the same,
// and tells a reviewer, statement by statement, what differs.
//
// There are two ways to read a document. [Check] is strict, for documents that shall be written to an account: it names
// everything IAM would refuse, with the place. [Parse] is lenient, for documents that an account shows: it takes every form
// that IAM accepts or renders itself, such as a single statement that is no list.
//
// Meaning is equality of form. [Canonical] writes the one text that stands for every spelling of the same document, and
// [Equal] compares those texts. Only what IAM is documented to treat alike is folded:
//
//   - the order of statements, lists, conditions and values, and duplicates among them;
//   - one value and a list of it;
//   - the case of actions and of condition keys, in the letters A to Z;
//   - an account id and the ARN of its root, in any partition: no policy reaches across partitions, so the partition of
//     such an ARN can only be that of the account;
//   - the principal "*" and {"AWS": "*"};
//   - numbers and booleans as condition values, and their strings;
//   - an empty Condition and none;
//   - a missing Version and 2008-10-17, its default;
//   - Sid and Id, which name things and permit nothing.
//
// Everything else counts: the case of resources, principals and values, the operator of a condition as it is spelled, and
// the version, since 2008-10-17 knows no policy variables. Statements are never merged or split.
//
// All functions are pure and safe for concurrent use. They stay linear or nearly so in the length of the text, whatever
// it holds. The package imports the standard library and a text differ, and must never import AWS or other packages of
// this program: every one of those may use it.
package policy
