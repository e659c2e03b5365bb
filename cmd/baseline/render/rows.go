package render

import (
	"io"
	"strings"
	"unicode/utf8"
)

// row is one line of a text, before it is known where its second column starts. Its texts are escaped already.
type row struct {
	// indent is the column of the sign; the label starts two further on. Without a sign the label starts at the indent.
	indent int
	sign   sign
	label  string
	// tint is the attribute of the label where it is not that of the sign.
	tint string
	// edits are the parts of the label that make it differ from its neighbour.
	edits []edit
	// alarm and remarks stand in the second column, the alarm first.
	alarm   string
	remarks []string
	// loud leaves the remarks in the terminal's own colour.
	loud bool
	// space writes an empty line behind the row.
	space bool
}

// edit is a part of a label, from byte start up to byte end.
type edit struct{ start, end int }

func (r *row) width() int {
	width := r.indent + utf8.RuneCountInString(r.label)
	if r.sign != "" {
		width += 2
	}
	return width
}

func (r *row) remarked() bool { return r.alarm != "" || len(r.remarks) > 0 }

// widest is how far right labels may push the second column. Longer ones push only their own remark.
const widest = 46

// enough is how long a second column gets before what is left of it goes to lines of its own.
const enough = 90

// writeRows writes rows with their remarks aligned.
func writeRows(w io.Writer, rows []row, s Style) error {
	column := 0
	for i := range rows {
		if width := rows[i].width(); rows[i].remarked() && width <= widest {
			column = max(column, width)
		}
	}
	var out strings.Builder
	for i := range rows {
		out.WriteString(rows[i].line(column+2, s))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// line is the row as it is written, with remarks from the given column on.
func (r *row) line(column int, s Style) string {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", r.indent))
	tint := r.tint
	if r.sign != "" {
		b.WriteString(s.paint(r.sign.attribute(), string(r.sign)))
		b.WriteByte(' ')
		if tint == "" {
			tint = r.sign.attribute()
		}
	}
	at := 0
	for _, e := range r.edits {
		b.WriteString(s.paint(tint, r.label[at:e.start]))
		b.WriteString(s.paint(strings.TrimPrefix(tint+";"+bold, ";"), r.label[e.start:e.end]))
		at = e.end
	}
	b.WriteString(s.paint(tint, r.label[at:]))
	if r.remarked() {
		b.WriteString(strings.Repeat(" ", max(2, column-r.width())))
		b.WriteString(s.paint(warning.attribute(), r.alarm))
		if r.alarm != "" && len(r.remarks) > 0 {
			b.WriteString(between)
		}
		remarks := strings.Join(r.remarks, between)
		if !r.loud {
			remarks = s.paint(dim, remarks)
		}
		b.WriteString(remarks)
	}
	b.WriteByte('\n')
	if r.space {
		b.WriteByte('\n')
	}
	return b.String()
}

// between stands between the remarks of a line.
const between = " · "

// spill cuts off the remarks that would make the second column too long, and returns them. The first one stays.
func (r *row) spill() []string {
	length := utf8.RuneCountInString(r.alarm)
	for i, text := range r.remarks {
		length += utf8.RuneCountInString(text) + len(between)
		if length > enough && (i > 0 || r.alarm != "") {
			rest := r.remarks[i:]
			r.remarks = r.remarks[:i]
			return rest
		}
	}
	return nil
}
