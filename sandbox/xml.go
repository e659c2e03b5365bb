package sandbox

import (
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// An xmlWriter builds an answer of the query protocol. Elements that may be absent or empty are written by hand:
// whether AWS leaves an empty list out is part of what is simulated.
type xmlWriter struct{ b strings.Builder }

func (w *xmlWriter) open(name string) {
	w.b.WriteByte('<')
	w.b.WriteString(name)
	w.b.WriteByte('>')
}

func (w *xmlWriter) end(name string) {
	w.b.WriteString("</")
	w.b.WriteString(name)
	w.b.WriteByte('>')
}

// in writes an element around what body writes.
func (w *xmlWriter) in(name string, body func()) {
	w.open(name)
	body()
	w.end(name)
}

func (w *xmlWriter) text(name, value string) {
	w.open(name)
	if strings.ContainsAny(value, "<>&'\"\t\n\r") || !isPrintable(value) {
		// A strings.Builder does not fail.
		_ = xml.EscapeText(&w.b, []byte(value))
	} else {
		w.b.WriteString(value)
	}
	w.end(name)
}

func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// optional writes an element only when there is a value.
func (w *xmlWriter) optional(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *xmlWriter) number(name string, n int) { w.text(name, strconv.Itoa(n)) }

func (w *xmlWriter) flag(name string, b bool) { w.text(name, strconv.FormatBool(b)) }

// time writes a time as IAM does: UTC, in whole seconds.
func (w *xmlWriter) time(name string, t time.Time) {
	w.text(name, t.UTC().Format("2006-01-02T15:04:05Z"))
}

// document writes a policy document percent-encoded by RFC 3986: a space is %20, never a plus.
func (w *xmlWriter) document(name, text string) {
	w.text(name, strings.ReplaceAll(url.QueryEscape(text), "+", "%20"))
}

// list writes a list whose items are called member.
func list[T any](w *xmlWriter, name string, items []T, body func(T)) {
	w.open(name)
	for _, item := range items {
		w.open("member")
		body(item)
		w.end("member")
	}
	w.end(name)
}

// names writes a list of plain strings.
func (w *xmlWriter) names(name string, items []string) {
	w.open(name)
	for _, item := range items {
		w.text("member", item)
	}
	w.end(name)
}
