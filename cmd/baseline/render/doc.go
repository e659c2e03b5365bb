// Package render turns plans, checks, runs and the events of a run into what people and machines read.
//
// It is data in, bytes out: the same value gives the same bytes. It never reads an account, a file, a clock or the
// environment, so whether to colour and whether the reader is a terminal is told to it. It imports package resource,
// package policy for the differences of documents, package requirements for the outcomes of checks, package applier for
// the types of runs and events, and the standard library; it must never import what calls AWS.
//
// Every text that comes from an account or a file goes through [Escape] before it is written, and whatever is too long to
// be read is cut visibly. What is read by more than terminals, Markdown and CSV, is escaped for its reader on top of that.
// Colour repeats what signs and words say already, so a text without colour says no less.
package render
