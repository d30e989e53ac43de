package console

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func sharePages() []page {
	actions := map[string]func(*call) (done, error){"people": shareWithPeople, "link": makeLink}
	return []page{
		{Path: "/o/{tenant}/sites/{site}/share", Title: "Share", show: showShare, actions: actions},
		{Path: "/o/{tenant}/drives/{list}/{item}/share", Title: "Share", show: showShare, actions: actions},
	}
}

// sharePage is the Share dialog.
type sharePage struct {
	spot
	Site       bool
	People     []suggestion
	Kinds      []linkKind
	DefaultMay string // edit or view
	To         string // whom the explanation is about
	Why        *verdict
	Form       shareForm // as it was sent, when it was refused
	Curl       string
	LinkCurl   string
	Mechanism  string // what the organisation's profile does with somebody new
}

// suggestion is somebody whom the people picker offers.
type suggestion struct{ Address, Title, Note string }

// linkKind is a kind of link, with why it cannot be made here.
type linkKind struct {
	Scope, Label, Note string
	Default            bool
	Why                *verdict
}

// verdict is an explanation of the sharing manager.
type verdict struct {
	Allowed               bool
	Reason, Setting, Text string
}

func verdictOf(e sharing.Explanation) *verdict {
	v := &verdict{e.Allowed, e.Reason, e.Setting, e.Text}
	if v.Text == "allowed by "+v.Setting { // the page says so already
		v.Text = ""
	}
	return v
}

// shareForm is what was typed.
type shareForm struct {
	People, Message, Role, Expires, Scope, Type string
	Mail                                        bool
}

func showShare(c *call) (reply, error) {
	at, err := c.place()
	if err != nil {
		return nil, err
	}
	may := sharing.AccessTo(c.tx, c.who, at)
	if err := may.Require(state.RoleRead); err != nil {
		return nil, c.closed(at, err)
	}
	p := sharePage{spot: c.spot(at, may), To: c.query("to"), DefaultMay: sharing.DefaultType(c.tenant, at.Site), Mechanism: mechanism(sharing.Era(c.tenant))}
	p.People = c.suggestions(at, c.query("q"))
	if p.To != "" {
		p.Why = verdictOf(c.Sharing.Explain(c.tx, c.who, sharing.ActionShareExternally, at, p.To))
	}
	p.Form = shareForm{People: p.To, Role: "write", Mail: true, Type: p.DefaultMay, Scope: string(sharing.DefaultScope(c.tenant, at.Site))}
	if p.DefaultMay == sharing.LinkView {
		p.Form.Role = "read"
	}
	if c.r.Method == http.MethodPost {
		p.Form = shareForm{c.field("people"), c.field("message"), c.field("role"), c.field("expires"), c.field("scope"), c.field("type"), c.field("mail") != ""}
	}
	p.Kinds = c.linkKinds(at, p.Form.Scope)
	example := []sharing.Recipient{{Email: cmp.Or(p.To, "carol@fabrikam.com")}}
	p.Curl = c.shareCall(at, example, state.Role(p.Form.Role), true, "", time.Time{}).String()
	if at.List.ID != "" {
		p.LinkCurl = c.linkCall(at, linkBody{Type: "view", Scope: "anonymous"}).String()
	}
	return view{Template: "share", Title: "Share " + p.Name, Data: p}, nil
}

// mechanism is what happens with somebody new, by the era of the organisation.
func mechanism(era state.Profile) string {
	switch era {
	case state.ProfileOTP:
		return "Somebody new gets a link for himself alone and proves himself with a code by mail. No guest appears."
	case state.ProfileB2B, state.ProfileB2BOnly:
		return "Somebody new becomes a guest at once, by the Entra B2B invitation manager: PendingAcceptance until he accepts."
	case state.ProfileClassic:
	}
	return "Somebody new gets an invitation of SharePoint's own. The guest appears in the directory only when it is redeemed."
}

func (c *call) linkKinds(at drive.Place, chosen string) []linkKind {
	if at.List.ID == "" {
		return nil
	}
	return []linkKind{
		{
			Scope: string(state.LinkAnonymous), Label: "Anyone with the link", Default: chosen == string(state.LinkAnonymous),
			Why: verdictOf(c.Sharing.Explain(c.tx, c.who, sharing.ActionAnonymousLink, at, "")),
		},
		{Scope: string(state.LinkOrganization), Label: "People in " + c.tenant.DisplayName + " with the link", Default: chosen == string(state.LinkOrganization)},
		{Scope: string(state.LinkUsers), Label: "Specific people", Note: "type them above", Default: chosen == string(state.LinkUsers)},
	}
}

// suggestions are whom the people picker of the site offers for what was typed; for nothing, whom the directory knows.
func (c *call) suggestions(at drive.Place, typed string) []suggestion {
	var list []suggestion
	if typed != "" {
		for _, k := range sharing.Pick(c.tx, c.who, at.Site, sharing.PickerQuery{Text: typed, AllowEmail: true, PrincipalTypes: sharing.PickUsers}) {
			s := suggestion{Address: k.Email, Title: k.Title, Note: "in the directory"}
			switch {
			case k.Blocked != nil:
				s.Note = "policy forbids: " + problem.ReasonOf(k.Blocked).String()
			case k.User.ID == "":
				s.Note = "nobody here has this address"
			case k.User.External():
				s.Note = "guest, " + cmp.Or(string(k.User.ExternalState), "no state")
			}
			list = append(list, s)
		}
		return list
	}
	const offered = 50
	for u := range c.tx.UsersByName(c.tenant.ID, "") {
		note := "member"
		if u.External() {
			note = "guest, " + cmp.Or(string(u.ExternalState), "no state")
		}
		list = append(list, suggestion{cmp.Or(u.Mail, u.UserPrincipalName), u.DisplayName, note})
		if len(list) >= offered {
			break
		}
	}
	return append(list, c.partners()...)
}

// partners are people of other organisations, so that a presenter need not type them.
func (c *call) partners() []suggestion {
	const offered = 50
	var list []suggestion
	for t := range c.tx.Tenants() {
		if t.ID == c.tenant.ID {
			continue
		}
		for u := range c.tx.UsersByName(t.ID, "") {
			if u.External() {
				continue
			}
			list = append(list, suggestion{cmp.Or(u.Mail, u.UserPrincipalName), u.DisplayName, t.DisplayName})
			if len(list) >= offered {
				return list
			}
		}
	}
	return list
}

// recipients are the people of the form: addresses with blanks, commas, semicolons or lines between them.
func (c *call) recipients() []sharing.Recipient {
	var list []sharing.Recipient
	for name := range strings.FieldsFuncSeq(c.field("people"), func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) }) {
		list = append(list, sharing.Recipient{Email: name})
	}
	return list
}

// expiry is the form's day, until its end; zero for none.
func (c *call) expiry() (time.Time, error) {
	day := c.field("expires")
	if day == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return t, problem.For(problem.Invalid, problem.InvalidProperty, "expires", "%q is no day; write it as 2026-12-31.", day)
	}
	return t.AddDate(0, 0, 1).Add(-time.Second), nil
}

func shareWithPeople(c *call) (done, error) {
	at, err := c.place()
	if err != nil {
		return done{}, err
	}
	to := c.recipients()
	if len(to) == 0 {
		return done{}, problem.For(problem.Invalid, problem.MissingProperty, "people", "Say whom to share with.")
	}
	expires, err := c.expiry()
	if err != nil {
		return done{}, err
	}
	role := state.Role(c.field("role"))
	shared, err := c.Sharing.Share(c.tx, c.who, sharing.ShareRequest{
		At: at, Recipients: to, Role: role, RequireSignIn: true, SendMail: c.field("mail") != "", Message: c.field("message"), ExpiresAt: expires,
		Origin: c.origin,
	})
	if err != nil {
		return done{}, err
	}
	d := done{Curl: c.shareCall(at, to, role, c.field("mail") != "", c.field("message"), expires)}
	var said []string
	for _, s := range shared {
		if s.Err == nil {
			said = append(said, outcome(s))
		}
	}
	for _, s := range shared {
		if s.Err != nil {
			e := *problem.As(s.Err)
			e.Detail = strings.TrimSpace(cmp.Or(s.Email, s.Recipient.Email) + ": " + e.Error() + " " + strings.Join(said, " "))
			d.Refused = &e
		}
	}
	d.Say = "Shared " + placeName(at) + ". " + strings.Join(said, " ")
	return d, nil
}

// outcome is what sharing did for one recipient.
func outcome(s sharing.Shared) string {
	name := cmp.Or(s.User.DisplayName, s.Email)
	switch {
	case s.Invitation.ID != "":
		return name + " was invited by SharePoint; the directory shows nobody until the invitation is redeemed."
	case s.Link.ID != "":
		return name + " has a link for himself alone, opened with a code by mail."
	case s.Known:
		return name + " has access now."
	case s.User.ID != "":
		return name + " was invited by the B2B manager and is a guest already (" + string(s.User.ExternalState) + ")."
	}
	return name + " has access now."
}

// driveRecipient and the bodies below are what Graph and SharePoint take, for the call that is shown.
type driveRecipient struct {
	Email string `json:"email"`
}

type inviteBody struct {
	Recipients []driveRecipient `json:"recipients"`
	Roles      []string         `json:"roles"`
	SignIn     bool             `json:"requireSignIn"`
	Send       bool             `json:"sendInvitation"`
	Message    string           `json:"message,omitempty"`
	Expires    *time.Time       `json:"expirationDateTime,omitempty"`
}

type linkBody struct {
	Type       string           `json:"type"`
	Scope      string           `json:"scope"`
	Password   string           `json:"password,omitempty"`
	Expires    *time.Time       `json:"expirationDateTime,omitempty"`
	Recipients []driveRecipient `json:"recipients,omitempty"`
	Message    string           `json:"message,omitempty"`
	Send       bool             `json:"sendNotification,omitempty"`
}

type shareObjectBody struct {
	URL    string `json:"url"`
	People string `json:"peoplePickerInput"`
	Role   string `json:"roleValue"`
	Send   bool   `json:"sendEmail"`
	Body   string `json:"emailBody,omitempty"`
}

// shareCall is the sharing by a client: Graph's invite, for a site SharePoint's ShareObject.
func (c *call) shareCall(at drive.Place, to []sharing.Recipient, role state.Role, send bool, message string, expires time.Time) curl {
	if at.List.ID == "" {
		var people []string
		for _, r := range to {
			people = append(people, `{"Key":"`+r.Email+`"}`)
		}
		level := map[state.Role]string{state.RoleRead: "role:1073741826", state.RoleWrite: "role:1073741827", state.RoleOwner: "role:1073741829"}[role]
		site := c.siteAddress(at.Site)
		return c.sharePoint(http.MethodPost, site, "/_api/SP.Web.ShareObject", shareObjectBody{site, "[" + strings.Join(people, ",") + "]", level, send, message})
	}
	b := inviteBody{Recipients: recipientsOf(to), Roles: []string{string(role)}, SignIn: true, Send: send, Message: message, Expires: orNil(expires)}
	return c.graph(http.MethodPost, itemCall(at)+"/invite", b)
}

func (c *call) linkCall(at drive.Place, b linkBody) curl {
	return c.graph(http.MethodPost, itemCall(at)+"/createLink", b)
}

func recipientsOf(to []sharing.Recipient) []driveRecipient {
	var list []driveRecipient
	for _, r := range to {
		list = append(list, driveRecipient{r.Email})
	}
	return list
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func makeLink(c *call) (done, error) {
	at, err := c.place()
	if err != nil {
		return done{}, err
	}
	expires, err := c.expiry()
	if err != nil {
		return done{}, err
	}
	r := sharing.LinkRequest{
		At: at, Scope: state.LinkScope(c.field("scope")), Type: c.field("type"), Password: c.field("password"), ExpiresAt: expires,
		SendMail: c.field("mail") != "", Message: c.field("message"), Origin: c.origin,
	}
	if r.Scope == state.LinkUsers {
		r.Recipients = c.recipients()
	}
	l, created, err := c.Sharing.CreateLink(c.tx, c.who, r)
	if err != nil {
		return done{}, err
	}
	say := "The link is there: "
	if !created {
		say = "There was such a link already: "
	}
	b := linkBody{Type: r.Type, Scope: string(r.Scope), Password: r.Password, Expires: orNil(expires), Recipients: recipientsOf(r.Recipients), Send: r.SendMail && r.Scope == state.LinkUsers}
	return done{Say: say + sharing.LinkURL(c.tx, c.origin, l), To: c.pageOf(at, "access"), Curl: c.linkCall(at, b)}, nil
}
