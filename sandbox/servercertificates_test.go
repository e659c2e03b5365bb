package sandbox_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/sandbox"
)

// keyPair makes a certificate that ends at a time, and its private key; both are the same for the same seed.
func keyPair(t *testing.T, seed byte, end time.Time) (certificate, key *string) {
	t.Helper()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.AddDate(-1, 0, 0), NotAfter: end}
	der, err := x509.CreateCertificate(nil, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return aws.String(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		aws.String(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})))
}

// TestServerCertificates uploads certificates up to the quota, finds them, and takes one away.
func TestServerCertificates(t *testing.T) {
	a := sandbox.New(fixed())
	c, ctx := clientOf(a), t.Context()
	end := start.AddDate(0, -1, 0)
	body, key := keyPair(t, 1, end)
	_, otherKey := keyPair(t, 2, end)
	upload := func(name string, body, key *string) error {
		_, err := c.UploadServerCertificate(ctx, &iam.UploadServerCertificateInput{
			ServerCertificateName: &name, CertificateBody: body, PrivateKey: key, Path: aws.String("/web/"),
			Tags: []types.Tag{tag("team", "web")},
		})
		return err
	}
	expect(t, upload("shop", aws.String("none"), key), "MalformedCertificate", "")
	expect(t, upload("shop", body, otherKey), "KeyPairMismatch", "")
	expect(t, upload("shop", body, key), "", "")
	expect(t, upload("SHOP", body, key), "EntityAlreadyExists", "The Server Certificate with name SHOP already exists.")

	got := must[*iam.GetServerCertificateOutput](t)(c.GetServerCertificate(ctx, &iam.GetServerCertificateInput{ServerCertificateName: aws.String("shop")})).ServerCertificate
	meta := got.ServerCertificateMetadata
	if *got.CertificateBody != *body || !meta.Expiration.Equal(end) || !meta.UploadDate.Equal(start) ||
		*meta.Arn != "arn:aws:iam::111122223333:server-certificate/web/shop" || len(got.Tags) != 1 {
		t.Errorf("%+v, %+v", got, meta)
	}
	for i := range 19 {
		expect(t, upload(fmt.Sprintf("s%02d", i), body, key), "", "")
	}
	expect(t, upload("over", body, key), "LimitExceeded", "ServerCertificatesPerAccount: 20")
	pages := iam.NewListServerCertificatesPaginator(c, &iam.ListServerCertificatesInput{PathPrefix: aws.String("/web/"), MaxItems: aws.Int32(7)})
	var names []string
	for pages.HasMorePages() {
		page := must[*iam.ListServerCertificatesOutput](t)(pages.NextPage(ctx))
		names = append(names, namesOf(page.ServerCertificateMetadataList, func(m types.ServerCertificateMetadata) *string { return m.ServerCertificateName })...)
	}
	if len(names) != 20 || names[0] != "s00" || names[19] != "shop" {
		t.Errorf("listed %v", names)
	}
	must[*iam.DeleteServerCertificateOutput](t)(c.DeleteServerCertificate(ctx, &iam.DeleteServerCertificateInput{ServerCertificateName: aws.String("shop")}))
	_, err := c.DeleteServerCertificate(ctx, &iam.DeleteServerCertificateInput{ServerCertificateName: aws.String("shop")})
	expect(t, err, "NoSuchEntity", "The Server Certificate with name shop cannot be found.")
	s := must[*iam.GetAccountSummaryOutput](t)(c.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})).SummaryMap
	if s["ServerCertificates"] != 19 || s["ServerCertificatesQuota"] != 20 {
		t.Errorf("%d of %d in the summary", s["ServerCertificates"], s["ServerCertificatesQuota"])
	}
}
