package spoapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// guestAccess is the older address of sharing links: guestaccess.aspx?share=TOKEN or guestaccesstoken=TOKEN.
func guestAccess(p *page) (any, error) {
	q := p.http.URL.Query()
	for _, name := range []string{"share", "guestaccesstoken", "authkey"} {
		if token := q.Get(name); token != "" {
			return p.openLink(token)
		}
	}
	return nil, problem.New(problem.NotFound, problem.LinkNotFound, "This link does not exist.")
}

// openLink follows a sharing link as far as the visitor has shown who he is, and asks for what is missing.
func (p *page) openLink(token string) (any, error) {
	if !p.tx.Writable() {
		return nil, errEnters
	}
	if err := p.begin(); err != nil {
		return nil, err
	}
	link, _, err := sharing.FindLink(p.tx, p.tenant.ID, token)
	if err != nil {
		return nil, err
	}
	if p.opened(link) {
		return p.landAt(link)
	}
	v := p.visit()
	if p.http.Method == http.MethodPost {
		if answer, err := p.linkForm(link); answer != nil || err != nil {
			return answer, err
		}
		v.Password = p.form.Get("password")
	}
	landing, err := p.Sharing.OpenLink(p.tx, token, v)
	if err != nil {
		return p.ask(link, v, err)
	}
	p.prove(landing.Link.ID)
	p.remember("claimed."+link.ID, "")
	return redirect(p.pageAddress(landing.At)), nil
}

// linkForm takes what was typed or chosen on a link's page; the answer is nil where the link is to be tried with it.
func (p *page) linkForm(l state.Link) (any, error) {
	if err := p.checkForm(); err != nil {
		return nil, err
	}
	switch {
	case p.form.Get("action") == "cancel":
		p.remember("claimed."+l.ID, "")
		return redirect(p.here(p.path)), nil
	case p.form.Get("account") != "":
		return p.chosen(signingIn{back: p.back()})
	case p.form.Get("otc") != "":
		address := p.claimed(l)
		if err := sharing.ProveCode(p.tx, p.tenant, address, p.form.Get("otc")); err != nil {
			return p.askCode(address, err)
		}
		p.signIn(state.Account{Kind: state.HomeOTP, Address: address})
		return redirect(p.here("") + p.back()), nil
	}
	if typed := strings.TrimSpace(p.form.Get("loginfmt")); typed != "" {
		p.remember("claimed."+l.ID, typed)
	}
	return nil, nil
}

// opened tells whether this session opened an anonymous link already and what it showed then still counts.
func (p *page) opened(l state.Link) bool {
	at, ok := p.session.Proven[l.ID]
	return ok && l.Scope == state.LinkAnonymous && !l.PasswordAt.After(at) && p.http.Method == http.MethodGet
}

func (p *page) landAt(l state.Link) (any, error) {
	at, err := drive.PlaceOf(p.tx, p.tenant.ID, l.On)
	if err != nil {
		return nil, err
	}
	return redirect(p.pageAddress(at)), nil
}

// claimed is the address that the visitor says is his; recipients' copies of a link name it.
func (p *page) claimed(l state.Link) string {
	if s := p.session.Form["claimed."+l.ID]; s != "" {
		return s
	}
	return strings.TrimSpace(p.http.URL.Query().Get("email"))
}

// ask turns what is missing into the page that asks for it.
func (p *page) ask(l state.Link, v sharing.Visit, err error) (any, error) {
	e := problem.As(err)
	switch {
	case e.Reason == problem.LinkPasswordRequired:
		return view{kind: "share-password", title: "Enter the password", body: "password", data: spoken{}}, nil
	case e.Reason == problem.LinkPasswordWrong:
		return view{kind: "share-password", title: "Enter the password", body: "password", data: spoken{"That is not the password."}}, nil
	case e.Reason == problem.CodeRequired:
		return p.askProof(l, e.Target)
	case e.Kind == problem.Unauthenticated && v.Account.Kind == "":
		return p.identify(l, p.claimed(l))
	case e.Kind == problem.Unauthenticated:
		return p.denied(l, problem.New(problem.Denied, problem.AccessDenied, "This link was not made for the account that is signed in."))
	case e.Reason == problem.AccessDenied:
		p.remember("claimed."+l.ID, "")
		return p.denied(l, err)
	}
	return nil, err
}

// askProof asks whose link it is, then for the code that is mailed to him; address is the one that the link knows, if the
// visitor need not say it. A code goes to nobody but a recipient of the link.
func (p *page) askProof(l state.Link, address string) (any, error) {
	claimed := orText(p.claimed(l), address)
	if claimed == "" {
		return view{kind: "one-time-code", title: "Who are you?", body: "address", data: p.linkData()}, nil
	}
	r, ok := sharing.RecipientOf(l, claimed)
	switch {
	case !ok:
		p.remember("claimed."+l.ID, "")
		return p.denied(l, problem.New(problem.Denied, problem.AccessDenied, "This link was not made for %s.", claimed))
	case !sharing.CodeOnly(r):
		return p.identify(l, claimed)
	case p.form.Get("loginfmt") == "" && p.form.Get("send") == "":
		p.remember("claimed."+l.ID, r.Email)
		return view{kind: "one-time-code", title: "Verify that it is you", body: "send-code", data: addressed{Address: r.Email}}, nil
	}
	sharing.SendCode(p.tx, p.tenant, r.Email)
	return p.askCode(r.Email, nil)
}

// identify has the visitor sign in. Somebody with an invitation of SharePoint's own first says with which kind of account;
// somebody whom the link knows by address alone signs in at home; everybody else has an object here.
func (p *page) identify(l state.Link, claimed string) (any, error) {
	for _, r := range l.Recipients {
		i, ok := p.tx.SharingInvitation(p.tenant.ID, r.InvitationID)
		if ok && i.State == state.SharingPending && (claimed == "" || strings.EqualFold(claimed, r.Email)) {
			return view{kind: "account-type", title: "You are invited", body: "account-type", data: p.invited(i)}, nil
		}
	}
	s := signingIn{segment: p.tenant.ID, hint: claimed, back: p.back()}
	if r, ok := sharing.RecipientOf(l, claimed); ok && sharing.CodeOnly(r) || claimed == "" && slices.ContainsFunc(l.Recipients, sharing.CodeOnly) {
		s.segment = anyAccount
	}
	return p.toSignIn(s)
}

// addressed is a page about an address.
type addressed struct {
	Address, Text string
}

// askCode asks for the code that was mailed; why says what was wrong with the last one.
func (p *page) askCode(address string, why error) (any, error) {
	w := addressed{Address: address}
	if why != nil {
		w.Text = problem.As(why).Detail
	}
	return view{kind: "one-time-code", title: "Enter the code", body: "code", data: w}, nil
}

// linkTo is what a page says of a sharing link.
type linkTo struct{ Organisation, SignIn string }

func (p *page) linkData() linkTo {
	return linkTo{Organisation: p.tenant.DisplayName, SignIn: p.signInAddress(p.back())}
}

// denied is the page of somebody who is signed in and may not: he can ask for access, or be somebody else.
func (p *page) denied(l state.Link, err error) (any, error) {
	at, _ := drive.PlaceOf(p.tx, p.tenant.ID, l.On)
	return p.deniedAt(at, err)
}

func (p *page) deniedAt(at drive.Place, err error) (any, error) {
	if err := p.begin(); err != nil {
		return nil, err
	}
	w := refused{
		Text: orText(problem.As(err).Detail, "You have no access to this."), Code: problem.AccessDenied.String(), Other: p.otherAddress(p.back()),
		Source: p.back(),
	}
	if a, ok := p.account(); ok {
		w.Who = first(directory.Addresses(p.tx, a.Account))
	}
	w.CanAsk = at.Site.ID != "" && (w.Who != "" || p.proven() != "")
	return view{status: http.StatusForbidden, kind: "error", title: "Access denied", body: "denied", data: w}, nil
}

// refused is the access denied page.
type refused struct {
	Who, Text, Code, Other, Source string
	CanAsk                         bool
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// accessDenied is _layouts/15/AccessDenied.aspx: it takes the wish to be let in.
func accessDenied(p *page) (any, error) {
	if p.http.Method != http.MethodPost {
		return p.deniedAt(drive.Place{}, problem.New(problem.Denied, problem.AccessDenied, "You have no access to this."))
	}
	if err := p.checkForm(); err != nil {
		return nil, err
	}
	at, err := p.placeAt(p.here("") + localPath(p.form.Get("source")))
	if err != nil {
		return nil, err
	}
	who := p.caller
	email := p.proven()
	if a, ok := p.account(); ok && email == "" {
		email = first(directory.Addresses(p.tx, a.Account))
	}
	if email == "" && who.User.ID == "" {
		return nil, problem.New(problem.Denied, problem.AccessDenied, "Sign in first.")
	}
	if _, err := sharing.RequestAccess(p.tx, who, email, at, p.form.Get("message"), p.origin); err != nil {
		return nil, err
	}
	return view{kind: "done", title: "Your request was sent", body: "said", data: spoken{"The owner has been told that you want access. You get a mail when somebody has decided."}}, nil
}

// spoken is a page that says one thing.
type spoken struct{ Text string }
