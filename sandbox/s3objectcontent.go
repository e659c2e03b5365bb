package sandbox

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // what S3's ETags are
	"crypto/sha1" //nolint:gosec // one of the checksums that S3 offers
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// mostContent is how many bytes an object may hold here. AWS takes 5 GB in one call; all that is here is kept in memory.
const mostContent = 16 << 20

// mostFraming is what a body may have, in bytes, besides the content that it frames.
const mostFraming = 1 << 20

// md5Of is the ETag of content that is not encrypted with a key of KMS.
func md5Of(data []byte) string {
	sum := md5.Sum(data) //nolint:gosec // what S3's ETags are
	return hex.EncodeToString(sum[:])
}

func sealedTag(random []byte) string { return hex.EncodeToString(random) }

// An objectChecksum is a checksum as S3 knows it: the name of its header, such as x-amz-checksum-crc32, and the value in base 64.
type objectChecksum struct {
	Header string `json:"header"`
	Value  string `json:"value"`
}

func (s objectChecksum) tell(h map[string]string) {
	if s.Header != "" {
		h[s.Header] = s.Value
		h["x-amz-checksum-type"] = "FULL_OBJECT"
	}
}

const checksumPrefix = "x-amz-checksum-"

// nvme is the polynomial of CRC-64/NVME, reflected.
const nvme = 0x9a6c9329ac4bc9b5

// checksums are the algorithms by the ends of their headers' names.
var checksums = map[string]func() hash.Hash{
	"crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(nvme)) },
	"sha1":      sha1.New,
	"sha256":    sha256.New,
}

// content is what a call sends to be kept, out of its chunks where it came in chunks, with the checksum that came with it. It
// is refused when it is not what a checksum says.
func (c *call) content() ([]byte, objectChecksum, error) {
	var none objectChecksum
	data, trailers := c.body, map[string]string{}
	if strings.Contains(c.text(encodingHeader), "aws-chunked") || strings.HasPrefix(c.text("x-amz-content-sha256"), "STREAMING-") {
		var ok bool
		if data, trailers, ok = unchunked(c.body); !ok || len(data) != c.number(decodedLength, -1) {
			return nil, none, refuse("IncompleteBody", "The request body terminated unexpectedly")
		}
	}
	if len(data) > mostContent {
		return nil, none, refuse("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	}
	if sent := c.text(md5Header); sent != "" {
		sum := md5.Sum(data) //nolint:gosec // what the header is by definition
		if sent != base64.StdEncoding.EncodeToString(sum[:]) {
			return nil, none, refuse("BadDigest", "The Content-MD5 you specified did not match what we received.")
		}
	}
	if name := c.text("x-amz-trailer"); name != "" && trailers[name] == "" {
		return nil, none, refuse("MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
	}
	for name := range c.form {
		if strings.HasPrefix(name, checksumPrefix) {
			trailers[name] = c.text(name)
		}
	}
	var kept objectChecksum
	for _, name := range slices.Sorted(maps.Keys(trailers)) {
		algorithm, known := checksums[strings.TrimPrefix(name, checksumPrefix)]
		if !known {
			continue
		}
		sum := algorithm()
		sum.Write(data)
		kept = objectChecksum{name, base64.StdEncoding.EncodeToString(sum.Sum(nil))}
		if kept.Value != trailers[name] {
			return nil, none, refuse("BadDigest", "The %s you specified did not match the calculated checksum.", strings.ToUpper(strings.TrimPrefix(name, checksumPrefix)))
		}
	}
	return data, kept, nil
}

// unchunked takes a body in AWS's chunked encoding apart: chunks that begin with their size in hexadecimal, the last of size 0, and
// then trailing headers. Signatures of chunks are skipped, as all signatures are.
func unchunked(body []byte) (data []byte, trailers map[string]string, ok bool) {
	trailers = map[string]string{}
	for {
		line, rest, found := bytes.Cut(body, []byte("\r\n"))
		if !found {
			return nil, nil, false
		}
		digits, _, _ := strings.Cut(string(line), ";")
		size, err := strconv.ParseUint(digits, 16, 31)
		if err != nil {
			return nil, nil, false
		}
		body = rest
		if size == 0 {
			break
		}
		n := int(size)
		if len(body) < n+2 || string(body[n:n+2]) != "\r\n" {
			return nil, nil, false
		}
		data = append(data, body[:n]...)
		body = body[n+2:]
	}
	for line := range strings.SplitSeq(string(body), "\n") {
		if name, value, found := strings.Cut(strings.TrimSpace(line), ":"); found {
			trailers[strings.ToLower(name)] = strings.TrimSpace(value)
		}
	}
	return data, trailers, true
}
