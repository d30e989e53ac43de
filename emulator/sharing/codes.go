package sharing

import (
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The one-time codes of sharing links: eight digits, good for a quarter of an hour and a few attempts (sharepoint.md 7.1; life
// and attempts are from memory, unverified).
const (
	codeModulus  = 100_000_000
	codeLife     = 15 * time.Minute
	codeAttempts = 5
)

// SendCode mails a code by which somebody proves that he reads the mail of an address. Whether the address may open anything
// by a code is [Manager.OpenLink]'s decision, which comes first. A new code takes the place of an older one.
func SendCode(tx *state.Tx, tenant state.Tenant, address string) {
	code := fmt.Sprintf("%08d", binary.BigEndian.Uint64(tx.Bytes(8))%codeModulus)
	tx.PutOneTimeCode(state.OneTimeCode{ID: codeID(tenant, address), Code: code, ExpiresAt: tx.Now().Add(codeLife)})
	mail.Send(tx, mail.Letter{
		TenantID: tenant.ID, To: address, Kind: mail.OneTimeCode, Code: code,
		From:    "no-reply@sharepointonline.com",
		Subject: code + " is your " + tenant.DisplayName + " verification code",
		Body:    []string{"To open what " + tenant.DisplayName + " shared with you, type this code on the page that asked for it. It can be used once and for 15 minutes."},
	})
}

// ProveCode takes a code that was typed. It fails with CodeWrong, and with CodeRequired where there is none (any more) that
// could be right. A wrong attempt counts although the call fails, so the transaction is to be kept.
func ProveCode(tx *state.Tx, tenant state.Tenant, address, code string) error {
	c, ok := tx.OneTimeCode(codeID(tenant, address))
	if !ok || !tx.Now().Before(c.ExpiresAt) {
		return problem.New(problem.Expired, problem.CodeRequired, "The code is no longer good. Ask for a new one.")
	}
	if subtle.ConstantTimeCompare([]byte(strings.TrimSpace(code)), []byte(c.Code)) == 1 {
		tx.DeleteOneTimeCode(c)
		return nil
	}
	if c.Attempts++; c.Attempts >= codeAttempts {
		tx.DeleteOneTimeCode(c)
		return problem.New(problem.Expired, problem.CodeRequired, "There were too many attempts. Ask for a new code.")
	}
	tx.PutOneTimeCode(c)
	return problem.New(problem.Denied, problem.CodeWrong, "That is not the code.")
}

// codeID names the code of an address at a tenant's SharePoint; the sign-in service's codes have other names.
func codeID(tenant state.Tenant, address string) string {
	return "sharepoint|" + tenant.ID + "|" + strings.ToLower(strings.TrimSpace(address))
}
