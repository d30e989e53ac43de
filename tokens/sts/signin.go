package sts

import (
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// wanted is who may sign in, and how the question is put.
type wanted struct {
	tenant   state.Tenant // where to; zero at common and organizations
	work     bool         // only accounts of organisations
	personal bool         // only personal accounts
	hint     string       // login_hint
	prefill  bool         // the hint is a proposal: somebody else may sign in as well
	again    bool         // prompt=login: a session does not count
	pick     bool         // prompt=select_account
	silent   bool         // prompt=none
	maxAge   time.Duration
	limited  bool // maxAge is set
	// code tells whether an address without any account may prove itself with a code by mail.
	code func(address string) bool
	app  string // name of what is signed in to
}

// signIn finds out who sits there. Either it returns an account of the session, or a reply that asks.
func (v *visit) signIn(w wanted) (state.SessionAccount, *reply, error) {
	if v.posted {
		if a, rep, err, done := v.answered(w); done {
			return a, rep, err
		}
	}
	if v.flow.Fresh {
		if a, ok := v.account(v.flow.who()); ok {
			return a, nil, nil
		}
	}
	return v.fromSession(w)
}

// answered deals with the form of one of the pages below.
func (v *visit) answered(w wanted) (a state.SessionAccount, rep *reply, err error, done bool) {
	choice, login := v.param("account"), strings.TrimSpace(v.param("loginfmt"))
	switch {
	case v.flow.Fresh:
		return a, nil, nil, false
	case choice == "other":
		return a, v.askLogin(w, "", ""), nil, true
	case v.flow.Login != "" && (choice == "organizational" || choice == "microsoft"):
		v.flow.Kind = state.HomeEntra
		if choice == "microsoft" {
			v.flow.Kind = state.HomeMicrosoft
		}
		rep, err = v.askProof(w, "")
		return a, rep, err, true
	case choice != "":
		for _, known := range v.usable(w) {
			if strings.EqualFold(v.nameOf(known.Account), choice) {
				v.flow.settle(known.Account)
				return known, nil, nil, true
			}
		}
		return a, v.askLogin(w, choice, ""), nil, true
	case v.flow.Login != "" && v.param("otc") != "":
		return v.checkCode(w)
	case v.flow.Login != "" && v.form.Has("passwd"):
		return v.checkPassword(w)
	case login != "":
		v.flow.Login, v.flow.Kind = login, state.HomeHere
		if v.param("passwd") != "" {
			return v.checkPassword(w)
		}
		rep, err = v.askProof(w, "")
		return a, rep, err, true
	}
	return a, nil, nil, false
}

// fromSession takes an account that the browser has signed in with before, or asks.
func (v *visit) fromSession(w wanted) (state.SessionAccount, *reply, error) {
	usable := v.usable(w)
	if w.again {
		usable = nil
	}
	var fits []state.SessionAccount
	for _, a := range usable {
		if w.hint == "" || v.bears(a.Account, w.hint) {
			fits = append(fits, a)
		}
	}
	switch {
	case w.silent && len(fits) == 0:
		return state.SessionAccount{}, nil, tokens.Refuse(v.whySignIn())
	case w.silent && len(fits) > 1:
		return state.SessionAccount{}, nil, tokens.Refuse(tokens.SessionsSeveral)
	case w.silent, len(fits) == 1 && !w.pick:
		return fits[0], nil, nil
	case len(usable) > 0 && (w.pick || w.hint == ""):
		return state.SessionAccount{}, v.askWho(usable), nil
	case w.hint != "" && !w.prefill:
		v.flow.Login = w.hint
		rep, err := v.askProof(w, "")
		return state.SessionAccount{}, rep, err
	}
	return state.SessionAccount{}, v.askLogin(w, "", ""), nil
}

// whySignIn is why a silent request finds nobody: nobody signed in, or a session ended with a changed password or a
// revocation.
func (v *visit) whySignIn() tokens.Reason {
	for _, a := range v.session.Accounts {
		home, ok := v.tx.User(a.Account.TenantID, a.Account.ObjectID)
		if !ok || !home.SessionsValidFrom.After(a.AuthTime) {
			continue
		}
		if home.LastPasswordChange.After(a.AuthTime) {
			return tokens.PasswordChanged
		}
		return tokens.SessionRevoked
	}
	return tokens.SignInRequired
}

// usable are the session's accounts that still count and are of the right kind.
func (v *visit) usable(w wanted) []state.SessionAccount {
	var out []state.SessionAccount
	for _, a := range v.session.Accounts {
		home, ok := v.tx.User(a.Account.TenantID, a.Account.ObjectID)
		switch {
		case a.Account.ObjectID != "" && (!ok || !home.AccountEnabled || home.SessionsValidFrom.After(a.AuthTime)):
		case w.limited && v.tx.Now().Sub(a.AuthTime) > w.maxAge:
		case w.personal && a.Account.Kind != state.HomeMicrosoft, w.work && a.Account.Kind != state.HomeEntra:
		case a.Account.Kind == state.HomeOTP && (w.code == nil || !w.code(a.Account.Address)):
		default:
			out = append(out, a)
		}
	}
	return out
}

// bears tells whether an account answers to an address.
func (v *visit) bears(a state.Account, address string) bool {
	for _, known := range directory.Addresses(v.tx, a) {
		if strings.EqualFold(known, address) {
			return true
		}
	}
	return false
}

// nameOf is an account as a person knows it.
func (v *visit) nameOf(a state.Account) string {
	if u, ok := v.tx.User(a.TenantID, a.ObjectID); ok {
		return u.UserPrincipalName
	}
	return a.Address
}

// find is where the address that was typed signs in, of the kind that is wanted or was chosen.
func (v *visit) find(w wanted) directory.Found {
	if w.personal || v.flow.Kind == state.HomeMicrosoft {
		if f, ok := directory.DiscoverPersonal(v.tx, v.flow.Login); ok {
			return f
		}
		return directory.Found{Kind: state.HomeUnknown, Unknown: true}
	}
	f := directory.Discover(v.tx, v.flow.Login)
	if f.AlsoPersonal != nil && (w.work || v.flow.Kind == state.HomeEntra) {
		f.AlsoPersonal = nil
	}
	return f
}

// askProof asks for what proves the address that was typed: a password, or a code by mail.
func (v *visit) askProof(w wanted, alert string) (*reply, error) {
	f := v.find(w)
	name := w.tenant.DisplayName
	switch {
	case f.AlsoPersonal != nil:
		return v.askKind(), nil
	case w.work && f.Kind == state.HomeMicrosoft:
		return v.askLogin(w, v.flow.Login, "You can't sign in here with a personal account. Use your work or school account instead."), nil
	case f.Kind == state.HomeOTP && !f.Unknown && w.code != nil && w.code(v.flow.Login):
		return v.askCode(w, alert)
	case f.User.ID == "":
		return v.askLogin(w, v.flow.Login, v.alert(tokens.Refuse(tokens.UserUnknown, v.flow.Login, name))), nil
	}
	if sts := tokens.Federated(f); sts != "" {
		rep := v.leave(realm{sts: sts}.passive(v.flow.Login))
		return &rep, nil
	}
	rep := v.ask(&page{
		Kind: "sign-in", Title: "Enter password", Account: v.flow.Login, Alert: alert, Form: &form{
			Inputs:  []input{{Name: "passwd", Label: "Password", Type: "password", Complete: "current-password"}},
			Buttons: []button{{Label: "Sign in", Main: true}},
		},
	})
	return &rep, nil
}

// alert is an error as pages say it.
func (v *visit) alert(err error) string {
	f, text := failureOf(err)
	return fmt.Sprintf("AADSTS%d: %s", f.code, text)
}

func (v *visit) askLogin(w wanted, typed, alert string) *reply {
	v.flow.Login, v.flow.Kind, v.flow.Fresh = "", state.HomeHere, false
	lead := []string{"Use your work, school or personal account."}
	switch {
	case w.personal:
		lead = []string{"Use your personal Microsoft account."}
	case w.work:
		lead = []string{"Use your work or school account."}
	}
	if w.app != "" {
		lead = append([]string{"to continue to " + w.app}, lead...)
	}
	if typed == "" {
		typed = w.hint
	}
	rep := v.ask(&page{
		Kind: "sign-in", Title: "Sign in", Alert: alert, Lead: lead, Form: &form{
			Inputs:  []input{{Name: "loginfmt", Label: "E-mail address", Type: "text", Value: typed, Complete: "username", Mode: "email"}},
			Buttons: []button{{Label: "Next", Main: true}},
		},
	})
	return &rep
}

func (v *visit) askWho(known []state.SessionAccount) *reply {
	f := &form{}
	for _, a := range known {
		name := v.nameOf(a.Account)
		f.Buttons = append(f.Buttons, button{Name: "account", Value: name, Label: name})
	}
	f.Buttons = append(f.Buttons, button{Name: "account", Value: "other", Label: "Use another account"})
	rep := v.ask(&page{Kind: "pick-account", Title: "Pick an account", Form: f})
	return &rep
}

func (v *visit) askKind() *reply {
	rep := v.ask(&page{
		Kind: "account-type", Title: "Which account do you want to use?", Account: v.flow.Login,
		Lead: []string{"There is a work or school account and a personal account with this address."}, Form: &form{Buttons: []button{
			{Name: "account", Value: "organizational", Label: "Work or school account", Main: true},
			{Name: "account", Value: "microsoft", Label: "Personal account"},
		}},
	})
	return &rep
}

func (v *visit) checkPassword(w wanted) (a state.SessionAccount, rep *reply, err error, done bool) {
	f := v.find(w)
	v.attempt.UPN = v.flow.Login
	if f.AlsoPersonal != nil {
		return a, v.askKind(), nil, true
	}
	err = tokens.CheckPassword(v.tx, f, tokens.Knock{Address: v.flow.Login, Password: v.param("passwd"), Tenant: w.tenant})
	if err != nil {
		r, ok := refusal(err)
		if !ok {
			return a, nil, err, true
		}
		if r.Reason == tokens.PasswordWrong {
			tokens.NotePassword(v.tx, v.flow.Login, false)
		}
		rep, err = v.askProof(w, v.alert(err))
		return a, rep, err, true
	}
	tokens.NotePassword(v.tx, v.flow.Login, true)
	a = state.SessionAccount{Account: f.Account, AuthTime: v.tx.Now(), AMR: []string{"pwd"}}
	v.remember(a)
	return a, nil, nil, true
}

const (
	codeLife     = 30 * time.Minute
	codeAttempts = 5
	codeDigits   = 8
)

// codeID files a code under what it is for: one of another organisation or page does not count here.
func (v *visit) codeID(w wanted) string {
	return "signin:" + w.tenant.ID + ":" + strings.ToLower(v.flow.Login)
}

// askCode sends a new code, unless one is on its way, and asks for it.
func (v *visit) askCode(w wanted, alert string) (*reply, error) {
	if known, ok := v.tx.OneTimeCode(v.codeID(w)); !ok || alert == "" || known.Attempts >= codeAttempts || !v.tx.Now().Before(known.ExpiresAt) {
		v.sendCode(w)
	}
	rep := v.ask(&page{
		Kind: "one-time-code", Title: "Enter code", Account: v.flow.Login, Alert: alert,
		Lead: []string{"We just sent a code to " + v.flow.Login + ". It is good for 30 minutes."}, Form: &form{
			Inputs:  []input{{Name: "otc", Label: "Code", Type: "text", Complete: "one-time-code", Mode: "numeric"}},
			Buttons: []button{{Label: "Sign in", Main: true}},
		},
	})
	return &rep, nil
}

func (v *visit) sendCode(w wanted) {
	n := new(big.Int).SetBytes(v.tx.Bytes(16))
	code := fmt.Sprintf("%0*d", codeDigits, n.Mod(n, big.NewInt(1e8)))
	v.tx.PutOneTimeCode(state.OneTimeCode{ID: v.codeID(w), Code: code, ExpiresAt: v.tx.Now().Add(codeLife)})
	name := w.tenant.DisplayName
	mail.Send(v.tx, mail.Letter{
		TenantID: w.tenant.ID, To: v.flow.Login, Kind: mail.OneTimeCode, Subject: "Your " + name + " account verification code", Code: code,
		Body:   []string{"To access " + name + "'s apps and resources, please use the code below for account verification. The code will only work for 30 minutes."},
		Footer: "If you didn't request a code, you can ignore this email.",
	})
}

func (v *visit) checkCode(w wanted) (a state.SessionAccount, rep *reply, err error, done bool) {
	f := v.find(w)
	known, ok := v.tx.OneTimeCode(v.codeID(w))
	alert := ""
	switch {
	case f.Kind != state.HomeOTP || w.code == nil || !w.code(v.flow.Login):
		return a, v.askLogin(w, v.flow.Login, ""), nil, true
	case !ok || !v.tx.Now().Before(known.ExpiresAt):
		alert = "That code has expired. We have sent you a new one."
	case known.Code != strings.ReplaceAll(v.param("otc"), " ", ""):
		known.Attempts++
		v.tx.PutOneTimeCode(known)
		alert = "That code didn't work. Check the code and try again."
	}
	if alert != "" {
		rep, err = v.askCode(w, alert)
		return a, rep, err, true
	}
	v.tx.DeleteOneTimeCode(known)
	a = state.SessionAccount{Account: f.Account, AuthTime: v.tx.Now(), AMR: []string{"otp"}}
	v.remember(a)
	return a, nil, nil, true
}

// askMFA asks for what nobody here has.
func (v *visit) askMFA(name string) reply {
	return v.ask(&page{
		Kind: "mfa", Title: "Approve sign-in request", Account: name,
		Lead: []string{"AADSTS50076: This account must show a second factor, which the emulator has not. Nothing leads on from here."},
	})
}

// guid writes 16 bytes as a GUID of version 4.
func guid(b []byte) string {
	var u uuid.UUID
	copy(u[:], b)
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}

// submitted tells which button of a page was pressed: accept, cancel or none.
func (v *visit) submitted() string {
	if !v.posted || v.http.Method != http.MethodPost {
		return ""
	}
	return v.param("action")
}
