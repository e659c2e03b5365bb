package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// This is as much CBOR (RFC 8949) as requests and answers of strings, numbers, booleans, times, lists and maps need. Operations
// see JSON whichever protocol was spoken, so their values go through it both ways.

// The major types of CBOR.
const (
	cborUnsigned = 0
	cborNegative = 1
	cborText     = 3
	cborList     = 4
	cborMap      = 5
	cborTag      = 6
	cborSimple   = 7
)

const (
	cborIndefinite = 31
	cborBreak      = 0xff
	cborDepth      = 16 // how deep values may nest
	cborFloat      = cborSimple<<5 | 26
	cborDouble     = cborSimple<<5 | 27
	cborEpoch      = 1 // the tag of seconds since 1970
)

var errCBOR = errors.New("the CBOR body is cut short or uses a type this API has no use for")

// jsonFromCBOR rewrites a CBOR value as JSON.
func jsonFromCBOR(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return []byte("{}"), nil
	}
	r := cborReader{data: data}
	value, err := r.value(0)
	if err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

type cborReader struct{ data []byte }

// head reads an item's major type, and its number: a value, or a length. Indefinite is set for lengths not told ahead.
func (r *cborReader) head() (major byte, n uint64, indefinite bool, err error) {
	if len(r.data) == 0 {
		return 0, 0, false, errCBOR
	}
	major, info := r.data[0]>>5, r.data[0]&31
	r.data = r.data[1:]
	switch {
	case info < 24:
		return major, uint64(info), false, nil
	case info == cborIndefinite:
		return major, 0, true, nil
	case info > 27:
		return 0, 0, false, errCBOR
	}
	size := 1 << (info - 24)
	if len(r.data) < size {
		return 0, 0, false, errCBOR
	}
	for _, b := range r.data[:size] {
		n = n<<8 | uint64(b)
	}
	r.data = r.data[size:]
	return major, n, false, nil
}

func (r *cborReader) value(depth int) (any, error) {
	if len(r.data) > 0 && (r.data[0] == cborFloat || r.data[0] == cborDouble) {
		return r.float()
	}
	major, n, indefinite, err := r.head()
	if err != nil || depth > cborDepth {
		return nil, errCBOR
	}
	switch major {
	case cborUnsigned:
		return n, nil
	case cborNegative:
		return json.Number(fmt.Sprintf("-%d", n+1)), nil
	case cborText:
		return r.text(n, indefinite)
	case cborList:
		items := []any{}
		err := r.each(n, indefinite, func() error {
			item, err := r.value(depth + 1)
			items = append(items, item)
			return err
		})
		return items, err
	case cborMap:
		fields := map[string]any{}
		err := r.each(n, indefinite, func() error {
			key, err := r.value(depth + 1)
			if err != nil {
				return err
			}
			name, ok := key.(string)
			if !ok {
				return errCBOR
			}
			fields[name], err = r.value(depth + 1)
			return err
		})
		return fields, err
	case cborSimple:
		switch n {
		case 20, 21:
			return n == 21, nil
		case 22:
			return nil, nil
		}
	}
	return nil, errCBOR
}

// float reads a number of four or eight bytes. JSON has none that is infinite or no number at all.
func (r *cborReader) float() (any, error) {
	short := r.data[0] == cborFloat
	_, bits, _, err := r.head()
	number := math.Float64frombits(bits)
	if short {
		number = float64(math.Float32frombits(uint32(bits))) //nolint:gosec // read from four bytes
	}
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		return nil, errCBOR
	}
	return number, nil
}

func (r *cborReader) text(n uint64, indefinite bool) (string, error) {
	if !indefinite {
		if uint64(len(r.data)) < n {
			return "", errCBOR
		}
		text := string(r.data[:n])
		r.data = r.data[n:]
		return text, nil
	}
	var whole string
	err := r.each(0, true, func() error {
		major, n, indefinite, err := r.head()
		if err != nil || indefinite || major != cborText {
			return errCBOR
		}
		part, err := r.text(n, false)
		whole += part
		return err
	})
	return whole, err
}

// each calls next for every item of a list, map or text in pieces.
func (r *cborReader) each(n uint64, indefinite bool, next func() error) error {
	for done := uint64(0); indefinite || done < n; done++ {
		if len(r.data) == 0 {
			return errCBOR
		}
		if indefinite && r.data[0] == cborBreak {
			r.data = r.data[1:]
			return nil
		}
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

// cborOf writes a value, as JSON would see it, as CBOR.
func cborOf(value any) ([]byte, error) {
	if tree, ok := value.(object); ok {
		return appendCBOR(nil, tree), nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, err
	}
	return appendCBOR(nil, plain), nil
}

func appendCBOR(out []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return append(appendHead(out, cborText, uint64(len(v))), v...)
	case float64:
		return appendHead(out, cborUnsigned, uint64(v)) // answers that are no trees hold no other numbers than counts
	case int:
		return appendHead(out, cborUnsigned, uint64(max(v, 0))) // nor do trees hold integers below 0
	case double:
		return binary.BigEndian.AppendUint64(append(out, cborDouble), math.Float64bits(float64(v)))
	case time.Time:
		return appendCBOR(appendHead(out, cborTag, cborEpoch), double(v.UnixMilli())/1000)
	case object:
		out = appendHead(out, cborMap, uint64(len(v)))
		for _, f := range v {
			out = appendCBOR(appendCBOR(out, f.key), f.value)
		}
		return out
	case bool:
		if v {
			return append(out, cborSimple<<5|21)
		}
		return append(out, cborSimple<<5|20)
	case []any:
		out = appendHead(out, cborList, uint64(len(v)))
		for _, item := range v {
			out = appendCBOR(out, item)
		}
		return out
	case map[string]any:
		out = appendHead(out, cborMap, uint64(len(v)))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = appendCBOR(appendCBOR(out, key), v[key])
		}
		return out
	default:
		return append(out, cborSimple<<5|22)
	}
}

func appendHead(out []byte, major byte, n uint64) []byte {
	if n < 24 {
		return append(out, major<<5|byte(n))
	}
	return binary.BigEndian.AppendUint64(append(out, major<<5|27), n)
}
