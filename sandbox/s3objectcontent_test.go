package sandbox_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"baseline/sandbox"
)

// put puts a text under a key of acme-logs, and tells the ETag.
func put(t *testing.T, c *s3.Client, key, text string, change func(*s3.PutObjectInput)) (string, error) {
	t.Helper()
	in := &s3.PutObjectInput{Bucket: aws.String("acme-logs"), Key: &key, Body: strings.NewReader(text)}
	if change != nil {
		change(in)
	}
	out, err := c.PutObject(t.Context(), in)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

// get reads a key of acme-logs.
func get(t *testing.T, c *s3.Client, key string, change func(*s3.GetObjectInput)) (string, *s3.GetObjectOutput, error) {
	t.Helper()
	in := &s3.GetObjectInput{Bucket: aws.String("acme-logs"), Key: &key}
	if change != nil {
		change(in)
	}
	out, err := c.GetObject(t.Context(), in)
	if err != nil {
		return "", nil, err
	}
	data, err := io.ReadAll(out.Body)
	return string(data), out, errors.Join(err, out.Body.Close())
}

func status(t *testing.T, err error, want int) {
	t.Helper()
	if got := httpStatus(err); got != want {
		t.Errorf("status %d, want %d: %v", got, want, err)
	}
}

// TestObjectContents puts what is sent in each way that the SDK has, and reads it back in another process.
func TestObjectContents(t *testing.T) {
	file := filepath.Join(t.TempDir(), "account")
	open := func(endpoint string) *s3.Client {
		a := must[*sandbox.Account](t)(sandbox.Open(file, fixed()))
		return s3.NewFromConfig(config(a, foreignKey), func(o *s3.Options) { o.UsePathStyle, o.BaseEndpoint = true, &endpoint })
	}
	// Over TLS, the SDK sends chunks and the checksum behind them.
	for i, endpoint := range []string{"http://sandbox.invalid", "https://sandbox.invalid"} {
		c := open(endpoint)
		if i == 0 {
			createIn(t, c, "acme-logs", usEast)
		}
		for _, text := range []string{"", "a", "line\r\n0\r\n\r\n", strings.Repeat("\x00\xff0123456789", 10_000)} {
			for _, algorithm := range types.ChecksumAlgorithm("").Values() {
				if !strings.HasPrefix(string(algorithm), "CRC") && !strings.HasPrefix(string(algorithm), "SHA1") && algorithm != types.ChecksumAlgorithmSha256 {
					continue // the SDK cannot compute the rest
				}
				key := fmt.Sprintf("%d %s/%d", i, algorithm, len(text))
				tag, err := put(t, c, key, text, func(in *s3.PutObjectInput) {
					in.ChecksumAlgorithm, in.ContentType = algorithm, aws.String("text/plain")
				})
				if err != nil {
					t.Fatalf("%s: %v", key, err)
				}
				got, out, err := get(t, open(endpoint), key, nil)
				if err != nil || got != text || *out.ContentLength != int64(len(text)) || *out.ETag != tag || *out.ContentType != "text/plain" || !out.LastModified.Equal(start) {
					t.Fatalf("%s: %d bytes, %v", key, len(got), err)
				}
				if out.ServerSideEncryption != types.ServerSideEncryptionAes256 || *out.ContentLength != *must[*s3.HeadObjectOutput](t)(c.HeadObject(t.Context(), &s3.HeadObjectInput{
					Bucket: aws.String("acme-logs"), Key: &key,
				})).ContentLength {
					t.Errorf("%s: %+v", key, out)
				}
			}
		}
	}
	c := open("http://sandbox.invalid")
	if tag, err := put(t, c, "a", "hello", nil); err != nil || tag != `"5d41402abc4b2a76b9719d911017c592"` {
		t.Errorf("%s is no MD5 in quotes, %v", tag, err)
	}
	_, err := put(t, c, "large", strings.Repeat("x", 16<<20+1), nil)
	expect(t, err, "EntityTooLarge", "")
	for name, change := range map[string]func(*s3.PutObjectInput){
		"MD5":    func(in *s3.PutObjectInput) { in.ContentMD5 = aws.String("XUFAKrxLKna5cZ2REBfFkw==") },
		"CRC32":  func(in *s3.PutObjectInput) { in.ChecksumCRC32 = aws.String("AAAAAA==") },
		"SHA256": func(in *s3.PutObjectInput) { in.ChecksumSHA256 = aws.String("AAAA") },
	} {
		_, err := put(t, c, "wrong", "hello", change)
		expect(t, err, "BadDigest", name)
	}
	_, err = put(t, c, "a", "x", func(in *s3.PutObjectInput) { in.SSECustomerAlgorithm = aws.String("AES256") })
	expect(t, err, "NotImplemented", "")
}

// TestChunkedBodies sends by hand what the SDK doesn't: chunks that are signed, and broken ones.
func TestChunkedBodies(t *testing.T) {
	a := sandbox.New(fixed())
	c := s3In(a, usEast, true)
	createIn(t, c, "acme-logs", usEast)
	const trailer = "x-amz-checksum-crc64nvme:rosUhgp5mIg=\r\n\r\n" // the algorithm's published check value
	for body, code := range map[string]string{
		"4;chunk-signature=0\r\n1234\r\n5;chunk-signature=1\r\n56789\r\n0;chunk-signature=2\r\n\r\n": "",
		"9\r\n123456789\r\n0\r\n" + trailer: "",
		"9\r\n123456788\r\n0\r\n" + trailer: "BadDigest",
		"9\r\n123456789\r\n0\r\n\r\n":       "",
		"9\r\n12345678\r\n0\r\n\r\n":        "IncompleteBody",
		"9\r\n1234":                         "IncompleteBody",
		"8\r\n12345678\r\n0\r\n\r\n":        "IncompleteBody",
		"":                                  "IncompleteBody",
		"zz\r\n":                            "IncompleteBody",
		"fffffffffffffff\r\n123456789\r\n0\r\n\r\n":  "IncompleteBody",
		"-9\r\n123456789\r\n0\r\n\r\n":               "IncompleteBody",
		"9\r\n123456789\r\n0\r\nno trailer\r\n\r\n0": "",
	} {
		header := http.Header{"Content-Encoding": {"aws-chunked"}, "X-Amz-Decoded-Content-Length": {"9"}}
		answer := restCall(t, a, http.MethodPut, "http://sandbox.invalid/acme-logs/k", usEast, body, header)
		text := must[[]byte](t)(io.ReadAll(answer.Body))
		if code == "" && answer.StatusCode != http.StatusOK || !strings.Contains(string(text), code) {
			t.Errorf("%q: %s %s", body, answer.Status, text)
			continue
		}
		if code == "" {
			if got, _, err := get(t, c, "k", nil); got != "123456789" || err != nil {
				t.Errorf("%q: %q, %v", body, got, err)
			}
		}
	}
	header := http.Header{"Content-Encoding": {"aws-chunked"}, "X-Amz-Decoded-Content-Length": {"1"}, "X-Amz-Trailer": {"x-amz-checksum-crc32"}}
	answer := restCall(t, a, http.MethodPut, "http://sandbox.invalid/acme-logs/k", usEast, "1\r\n1\r\n0\r\n\r\n", header)
	if text := must[[]byte](t)(io.ReadAll(answer.Body)); !strings.Contains(string(text), "MalformedTrailerError") {
		t.Errorf("a trailer that was promised and did not come: %s", text)
	}
}

// TestConditionalWrites holds writes to the state that they name, also where versions and delete markers are.
func TestConditionalWrites(t *testing.T) {
	for _, versioned := range []bool{false, true} {
		t.Run(fmt.Sprintf("versioned %v", versioned), func(t *testing.T) {
			a := sandbox.New(fixed())
			c, ctx := s3In(a, usEast, true), t.Context()
			createIn(t, c, "acme-logs", usEast)
			if versioned {
				must[*s3.PutBucketVersioningOutput](t)(c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
					Bucket: aws.String("acme-logs"), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
				}))
			}
			absent := func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }
			at := func(tag string) func(*s3.PutObjectInput) { return func(in *s3.PutObjectInput) { in.IfMatch = &tag } }
			_, err := put(t, c, "k", "zero", at(`"0"`))
			expect(t, err, "NoSuchKey", "")
			status(t, err, 404)
			first, err := put(t, c, "k", "one", absent)
			expect(t, err, "", "")
			_, err = put(t, c, "k", "two", absent)
			expect(t, err, "PreconditionFailed", "")
			status(t, err, 412)
			second, err := put(t, c, "k", "two", at(first))
			expect(t, err, "", "")
			_, err = put(t, c, "k", "three", at(first))
			expect(t, err, "PreconditionFailed", "")
			third, err := put(t, c, "k", "three", at(strings.Trim(second, `"`)))
			expect(t, err, "", "")
			_, err = put(t, c, "k", "four", func(in *s3.PutObjectInput) { in.IfNoneMatch = &third })
			expect(t, err, "NotImplemented", "")
			a.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"s3:PutObject": {Code: "ConditionalRequestConflict", Times: 1}}})
			_, err = put(t, c, "k", "four", at(third))
			expect(t, err, "ConditionalRequestConflict", "")
			status(t, err, 409)
			got, _, err := get(t, c, "k", nil)
			if got != "three" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
			must[*s3.DeleteObjectOutput](t)(c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("acme-logs"), Key: aws.String("k")}))
			_, _, err = get(t, c, "k", nil)
			expect(t, err, "NoSuchKey", "")
			_, err = put(t, c, "k", "four", at(third))
			expect(t, err, "NoSuchKey", "")
			_, err = put(t, c, "k", "five", absent)
			expect(t, err, "", "")
		})
	}
}

// TestConditionalReads reads only what is as the read says.
func TestConditionalReads(t *testing.T) {
	c := s3In(sandbox.New(fixed()), usEast, true)
	createIn(t, c, "acme-logs", usEast)
	tag, err := put(t, c, "k", "one", nil)
	expect(t, err, "", "")
	for _, test := range []struct {
		match, noneMatch string
		want             int
	}{{tag, "", 200}, {`"0"`, "", 412}, {"", tag, 304}, {"", `"0"`, 200}, {"", "*", 304}} {
		in := &s3.GetObjectInput{Bucket: aws.String("acme-logs"), Key: aws.String("k")}
		if test.match != "" {
			in.IfMatch = &test.match
		}
		if test.noneMatch != "" {
			in.IfNoneMatch = &test.noneMatch
		}
		_, got := c.GetObject(t.Context(), in)
		_, head := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: in.Bucket, Key: in.Key, IfMatch: in.IfMatch, IfNoneMatch: in.IfNoneMatch})
		if test.want == 200 {
			expect(t, errors.Join(got, head), "", "")
			continue
		}
		status(t, got, test.want)
		status(t, head, test.want)
	}
	_, _, err = get(t, c, "k", func(in *s3.GetObjectInput) { in.IfModifiedSince = &start })
	expect(t, err, "NotImplemented", "")
}

// TestVersionsKeepTheirContents reads old versions, and has those that are deleted for good be gone.
func TestVersionsKeepTheirContents(t *testing.T) {
	file := filepath.Join(t.TempDir(), "account")
	c, ctx := s3In(must[*sandbox.Account](t)(sandbox.Open(file, fixed())), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	name, key := aws.String("acme-logs"), aws.String("k")
	_, err := put(t, c, "k", "before", nil)
	expect(t, err, "", "")
	must[*s3.PutBucketVersioningOutput](t)(c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	}))
	second := must[*s3.PutObjectOutput](t)(c.PutObject(ctx, &s3.PutObjectInput{Bucket: name, Key: key, Body: strings.NewReader("after")}))
	read := func(version string) (string, error) {
		got, _, err := get(t, c, "k", func(in *s3.GetObjectInput) { in.VersionId = &version })
		return got, err
	}
	for version, want := range map[string]string{"null": "before", *second.VersionId: "after"} {
		if got, err := read(version); got != want || err != nil {
			t.Errorf("version %s holds %q, %v", version, got, err)
		}
	}
	must[*s3.DeleteObjectOutput](t)(c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: name, Key: key, VersionId: second.VersionId}))
	_, err = read(*second.VersionId)
	expect(t, err, "NoSuchVersion", "")
	if gone := "s3-object-content/acme-logs/k?" + *second.VersionId; !strings.Contains(string(must[[]byte](t)(os.ReadFile(file))), `"del":["`+gone) {
		t.Errorf("the file keeps what the version held")
	}
	if got, _, err := get(t, c, "k", nil); got != "before" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestEncryptedObjects tells how what is put is encrypted, and needs the key for it.
func TestEncryptedObjects(t *testing.T) {
	a := sandbox.New(fixed())
	c, ctx := s3In(a, usEast, true), t.Context()
	keys := kmsOf(a, usEast)
	createIn(t, c, "acme-logs", usEast)
	key := *must[*kms.CreateKeyOutput](t)(keys.CreateKey(ctx, &kms.CreateKeyInput{})).KeyMetadata.Arn
	defaults := func(algorithm types.ServerSideEncryption, key *string) {
		must[*s3.PutBucketEncryptionOutput](t)(c.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
			Bucket: aws.String("acme-logs"), ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{
				{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: algorithm, KMSMasterKeyID: key}, BucketKeyEnabled: aws.Bool(true)},
			}},
		}))
	}
	defaults(types.ServerSideEncryptionAwsKms, nil)
	_, err := put(t, c, "managed", "x", nil)
	expect(t, err, "", "")
	_, out, err := get(t, c, "managed", nil)
	if err != nil || out.ServerSideEncryption != "aws:kms" || !strings.HasPrefix(*out.SSEKMSKeyId, "arn:aws:kms:us-east-1:111122223333:key/") || !*out.BucketKeyEnabled {
		t.Errorf("%+v, %v", out, err)
	}
	id := key[strings.LastIndexByte(key, '/')+1:]
	defaults(types.ServerSideEncryptionAwsKms, &id)
	tag, err := put(t, c, "own", "hello", nil)
	expect(t, err, "", "")
	got, out, err := get(t, c, "own", nil)
	if err != nil || got != "hello" || *out.SSEKMSKeyId != key || tag != *out.ETag || tag == `"5d41402abc4b2a76b9719d911017c592"` {
		t.Errorf("%q as %s, %+v, %v", got, tag, out, err)
	}
	_, err = put(t, c, "lower", "x", func(in *s3.PutObjectInput) { in.ServerSideEncryption = types.ServerSideEncryptionAes256 })
	expect(t, err, "", "")
	if _, out, err = get(t, c, "lower", nil); err != nil || out.ServerSideEncryption != "AES256" || out.SSEKMSKeyId != nil {
		t.Errorf("%+v, %v", out, err)
	}
	must[*kms.DisableKeyOutput](t)(keys.DisableKey(ctx, &kms.DisableKeyInput{KeyId: &key}))
	_, err = put(t, c, "own", "x", nil)
	expect(t, err, "KMS.DisabledException", key)
	_, _, err = get(t, c, "own", nil)
	expect(t, err, "KMS.DisabledException", "")
	none := "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000"
	defaults(types.ServerSideEncryptionAwsKms, &none)
	_, err = put(t, c, "none", "x", nil)
	expect(t, err, "KMS.NotFoundException", "")
}

// TestPermitsOfObjects has carol read, write and list under policies from which S3's answer follows.
func TestPermitsOfObjects(t *testing.T) {
	a, admin, carol := enforced(t)
	ctx := t.Context()
	root := s3As(a, foreignKey)
	createIn(t, root, "acme-logs", usEast)
	owner := kms.NewFromConfig(config(a, foreignKey))
	key := *must[*kms.CreateKeyOutput](t)(owner.CreateKey(ctx, &kms.CreateKeyInput{})).KeyMetadata.Arn
	id, err := carol.Options().Credentials.Retrieve(ctx)
	expect(t, err, "", "")
	c := s3As(a, id.AccessKeyID)
	tag, err := put(t, root, "prod/k", "x", nil)
	expect(t, err, "", "")
	read := func(key string) error { _, _, err := get(t, c, key, nil); return err }
	list := func(prefix *string) error {
		_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("acme-logs"), Prefix: prefix})
		return err
	}
	const bucket = "arn:aws:s3:::acme-logs"
	expect(t, read("prod/k"), "AccessDenied", "s3:GetObject on resource: "+bucket+"/prod/k")
	grant(t, admin, "read", statement("Allow", "s3:GetObject", bucket+"/prod/*"))
	expect(t, read("prod/k"), "", "")
	expect(t, read("prod/none"), "AccessDenied", "s3:ListBucket")
	expect(t, list(nil), "AccessDenied", "s3:ListBucket on resource: "+bucket)
	grant(t, admin, "list", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"`+bucket+`",
		"Condition":{"StringLike":{"s3:prefix":"prod/*"}}}]}`)
	expect(t, list(nil), "AccessDenied", "")
	expect(t, list(aws.String("staging/")), "AccessDenied", "")
	expect(t, list(aws.String("prod/")), "", "")
	expect(t, list(aws.String("prod/a")), "", "")
	expect(t, read("prod/none"), "AccessDenied", "")
	grant(t, admin, "list", statement("Allow", "s3:ListBucket", bucket))
	expect(t, read("prod/none"), "NoSuchKey", "")
	grant(t, admin, "list", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"`+bucket+`"},
		{"Effect":"Deny","Action":"s3:ListBucket","Resource":"*","Condition":{"StringNotLike":{"s3:prefix":"prod/*"}}}]}`)
	expect(t, list(aws.String("staging/")), "AccessDenied", "explicit deny")
	expect(t, list(aws.String("prod/")), "", "")

	replace := func(in *s3.PutObjectInput) { in.IfMatch = &tag }
	_, err = put(t, c, "prod/k", "y", nil)
	expect(t, err, "AccessDenied", "s3:PutObject on resource: "+bucket+"/prod/k")
	grant(t, admin, "read", statement("Allow", "s3:PutObject", bucket+"/prod/*"))
	_, err = put(t, c, "prod/k", "y", replace)
	expect(t, err, "AccessDenied", "s3:GetObject")
	grant(t, admin, "more", statement("Allow", "s3:GetObject", bucket+"/prod/*"))
	_, err = put(t, c, "prod/k", "y", replace)
	expect(t, err, "", "")

	must[*s3.PutBucketEncryptionOutput](t)(root.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
		Bucket: aws.String("acme-logs"), ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{
			{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &key}},
		}},
	}))
	_, err = put(t, c, "prod/sealed", "y", nil)
	expect(t, err, "AccessDenied", "kms:GenerateDataKey on resource: "+key)
	grant(t, admin, "seal", statement("Allow", "kms:GenerateDataKey", key))
	_, err = put(t, c, "prod/sealed", "y", nil)
	expect(t, err, "", "")
	expect(t, read("prod/sealed"), "AccessDenied", "kms:Decrypt on resource: "+key)
	expect(t, read("prod/k"), "", "")
	grant(t, admin, "open", statement("Allow", "kms:Decrypt", key))
	expect(t, read("prod/sealed"), "", "")
}

// TestListsOfObjectsComeInShortPages has every page but the last be followed, where pages are short.
func TestListsOfObjectsComeInShortPages(t *testing.T) {
	o := fixed()
	o.ShortPages = true
	c := s3In(sandbox.New(o), usEast, true)
	createIn(t, c, "acme-logs", usEast)
	for i := range 40 {
		_, err := put(t, c, fmt.Sprintf("prod/%02d", i), "x", nil)
		expect(t, err, "", "")
	}
	in := &s3.ListObjectsV2Input{Bucket: aws.String("acme-logs"), Prefix: aws.String("prod/"), MaxKeys: aws.Int32(9)}
	pages, keys := 0, 0
	for p := s3.NewListObjectsV2Paginator(c, in); p.HasMorePages(); pages++ {
		page := must[*s3.ListObjectsV2Output](t)(p.NextPage(t.Context()))
		if keys += len(page.Contents); len(page.Contents) == 0 || len(page.Contents) > 9 {
			t.Errorf("a page of %d", len(page.Contents))
		}
	}
	if keys != 40 || pages <= 5 {
		t.Errorf("%d keys on %d pages", keys, pages)
	}
}
