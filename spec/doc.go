// Package spec turns the YAML files that declare a baseline into what resource calls want, and complains about everything
// that is wrong with them at once, with file, line and column.
//
// The way of a file: read (at most a known size, UTF-8) -> nodes with places, aliases resolved -> one tree for all files ->
// variables filled in -> the Go structs of the sections -> objects. Each section of the file has a Go file of its own, with
// the struct of its keys and the function that makes objects of it; section.go lists them. The JSON Schema is made from the
// same structs.
//
// Loading is safe for files of strangers: it runs no code, reads no environment, opens no file outside the folder of the
// file that names it, and its work is bounded by the size of what it reads.
//
// The package must never import an AWS package, nor learn what an account looks like: what is declared does not depend on
// what is there.
package spec
