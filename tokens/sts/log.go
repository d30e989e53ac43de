package sts

import (
	"net"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// address is where the client is.
func (c *call) address() string {
	host, _, err := net.SplitHostPort(c.http.RemoteAddr)
	if err != nil {
		return c.http.RemoteAddr
	}
	return host
}

// pass lets what a strict world refuses pass in a lenient one, and notes it for the journal.
func (c *call) pass(err error) bool {
	if !c.tx.World().Lenient {
		return false
	}
	problem.Forgive(c.http.Context(), err)
	return true
}

// recordSuccess appends a sign-in to the log of its tenant.
func (c *call) recordSuccess(g tokens.Grant, interactive bool) {
	s := c.entry()
	s.TenantID, s.AppID, s.AppName, s.Interactive = g.Tenant.ID, g.Client.AppID, g.Client.DisplayName, interactive
	s.ResourceID, s.ResourceName = g.Resource.AppID, g.Resource.Name
	if u := g.User; u.ID != "" {
		s.UserID, s.UserName, s.UPN, s.UserType = u.ID, u.DisplayName, u.UserPrincipalName, u.Type
		s.HomeTenantID = u.TenantID
		if u.Home.TenantID != "" {
			s.HomeTenantID = u.Home.TenantID
		}
	}
	s.ID = c.tx.NewID()
	c.tx.PutSignIn(s)
}

func (c *call) entry() state.SignIn {
	s := c.attempt
	s.At, s.IPAddress, s.UserAgent, s.CorrelationID = c.tx.Now(), c.address(), c.http.UserAgent(), c.correlation
	return s
}

// recordFailure appends a refused sign-in to the log, in a transaction of its own: the one that failed left nothing.
func (c *call) recordFailure(store *state.Store, err error) {
	r, ok := refusal(err)
	if !ok || c.attempt.AppID == "" || c.attempt.UPN == "" && c.attempt.UserID == "" {
		return
	}
	f := failures()[r.Reason]
	wrong := r.Reason == tokens.PasswordWrong
	// The function returns no error.
	_ = store.Update(func(tx *state.Tx) error {
		c.tx = tx
		if wrong {
			tokens.NotePassword(tx, c.attempt.UPN, false)
		}
		if c.tenant.ID == "" {
			return nil
		}
		s := c.entry()
		s.ID, s.TenantID, s.ErrorCode, s.FailureReason = tx.NewID(), c.tenant.ID, f.code, f.name
		if u, ok := directory.UserByAddress(tx, c.tenant.ID, s.UPN); ok && s.UserID == "" {
			s.UserID, s.UserName, s.UserType, s.HomeTenantID = u.ID, u.DisplayName, u.Type, u.Home.TenantID
		}
		tx.PutSignIn(s)
		return nil
	})
}
