package tokens

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// DeviceLife is how long a device flow waits; DeviceInterval how often a client should ask.
const (
	DeviceLife     = 15 * time.Minute
	DeviceInterval = 5 * time.Second
)

// The states of a device flow.
//
//	pending ──► approved ──► consumed
//	       └──► declined
const (
	devicePending  = "pending"
	deviceApproved = "approved"
	deviceDeclined = "declined"
	deviceConsumed = "consumed"
)

// StartDevice begins a device flow. It fails with DeviceAuthority for personal accounts that the client does
// not take, CredentialMissing where it may not use public flows.
func (s *Service) StartDevice(tx *state.Tx, r Request) (state.DeviceCode, error) {
	if r.Tenant.Consumers() && !TakesPersonal(r.Client) {
		return state.DeviceCode{}, Refuse(DeviceAuthority)
	}
	if !r.Client.PublicClient {
		if err := Refuse(CredentialMissing); !r.Pass.lets(err) {
			return state.DeviceCode{}, err
		}
	}
	d := state.DeviceCode{
		ID: newSecret(tx, kindDevice), UserCode: userCode(tx), TenantSegment: r.Segment, AppID: r.Client.AppID, Scope: r.Scopes.String(),
		Resource: r.Scopes.Resource, Version: r.Endpoint, Claims: r.Claims, Status: devicePending, ExpiresAt: tx.Now().Add(DeviceLife),
	}
	tx.PutDeviceCode(d)
	return d, nil
}

// userCode is nine letters and digits that nobody mistakes for one another.
func userCode(tx *state.Tx) string {
	const letters, length = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 9
	for {
		var b strings.Builder
		for _, c := range tx.Bytes(length) {
			b.WriteByte(letters[int(c)%len(letters)])
		}
		if _, taken := tx.DeviceCodeByUserCode(b.String()); !taken {
			return b.String()
		}
	}
}

// WaitingDevice is a flow that a person can still answer, by what he types. It fails with DeviceUnknown or DeviceExpired.
func (s *Service) WaitingDevice(tx *state.Tx, code string) (state.DeviceCode, error) {
	d, ok := tx.DeviceCodeByUserCode(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code)))
	switch {
	case !ok || d.Status != devicePending:
		return state.DeviceCode{}, Refuse(DeviceUnknown)
	case !tx.Now().Before(d.ExpiresAt):
		return state.DeviceCode{}, Refuse(DeviceExpired)
	}
	return d, nil
}

// Approval is a person's yes to a device flow.
type Approval struct {
	Account          state.Account
	TenantID, UserID string
	SessionID        string
	AuthTime         time.Time
	AMR              []string
}

// AnswerDevice approves a waiting flow, or declines it where a is nil.
func (s *Service) AnswerDevice(tx *state.Tx, d state.DeviceCode, a *Approval) {
	d.Status = deviceDeclined
	if a != nil {
		d.Status = deviceApproved
		d.Account, d.TenantID, d.UserID, d.SessionID = a.Account, a.TenantID, a.UserID, a.SessionID
		d.AuthTime, d.AMR = a.AuthTime, a.AMR
	}
	tx.PutDeviceCode(d)
}

// PollDevice exchanges a device code once its flow was approved; it is good once. It fails with DevicePending,
// DeviceUnknown, DeviceExpired, DeviceDeclined, or as [Service.Admit] and [Asked.Granted] do. It never asks a client to
// slow down, because one of the libraries gives up then (identity.md 2.7).
func (s *Service) PollDevice(tx *state.Tx, r Request, code string) (Set, error) {
	d, ok := tx.DeviceCode(code)
	if !ok || !strings.EqualFold(d.AppID, r.Client.AppID) || d.Status == deviceConsumed {
		return Set{}, Refuse(DeviceUnknown)
	}
	switch {
	case d.Status == deviceDeclined:
		return Set{}, Refuse(DeviceDeclined)
	case !tx.Now().Before(d.ExpiresAt):
		return Set{}, Refuse(DeviceExpired)
	case d.Status == devicePending:
		return Set{}, Refuse(DevicePending)
	}
	t, ok := tx.Tenant(d.TenantID)
	if !ok || r.Tenant.ID != "" && r.Tenant.ID != t.ID {
		return Set{}, Refuse(CodeTenant)
	}
	u, err := s.Admit(tx, Visit{Account: d.Account, AuthTime: d.AuthTime, AMR: d.AMR, Tenant: t, Client: r.Client})
	if err != nil {
		return Set{}, err
	}
	d.Status = deviceConsumed
	tx.PutDeviceCode(d)
	if r.Scopes.Text == "" && r.Scopes.empty() {
		if r.Scopes, err = r.Scopes.after(d.Scope); err != nil {
			return Set{}, err
		}
	}
	if r.Claims == "" {
		r.Claims = d.Claims
	}
	return s.issue(tx, r, t, signedIn{
		account: d.Account, user: u, sessionID: d.SessionID, authTime: d.AuthTime, amr: d.AMR, renewable: r.Endpoint != version2,
	}, ByNothing)
}
