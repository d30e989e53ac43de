package b2b

import (
	"fmt"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/state"
)

// phrases are the words of an invitation mail in one language.
type phrases struct {
	subject, invited, who, accept, footer string
}

// english is what messageLanguage defaults to.
//
//nolint:gochecknoglobals // a constant table
var english = phrases{
	subject: "%s invited you to access applications within their organization",
	invited: "%s (%s) invites you to work with applications of the organization %s.",
	who:     "Accept only if you trust the organization: it will see your name and your mail address.",
	accept:  "Accept invitation",
	footer:  "This invitation was sent to %s by %s, domain %s.",
}

// translations are further languages of the mail. What there is no translation of comes in English.
//
//nolint:gochecknoglobals // a constant table
var translations = map[string]phrases{
	"de": {
		subject: "%s hat Sie eingeladen, auf Anwendungen der Organisation zuzugreifen",
		invited: "%s (%s) lädt Sie ein, mit Anwendungen der Organisation %s zu arbeiten.",
		who:     "Nehmen Sie nur an, wenn Sie der Organisation vertrauen: Sie sieht Ihren Namen und Ihre Adresse.",
		accept:  "Einladung annehmen",
		footer:  "Diese Einladung ging an %s, gesendet von %s, Domäne %s.",
	},
	"fr": {
		subject: "%s vous invite à accéder aux applications de son organisation",
		invited: "%s (%s) vous invite à utiliser des applications de l'organisation %s.",
		who:     "N'acceptez que si vous faites confiance à l'organisation : elle verra votre nom et votre adresse.",
		accept:  "Accepter l'invitation",
		footer:  "Cette invitation a été envoyée à %s par %s, domaine %s.",
	},
	"es": {
		subject: "%s le invita a acceder a aplicaciones de su organización",
		invited: "%s (%s) le invita a trabajar con aplicaciones de la organización %s.",
		who:     "Acepte solo si confía en la organización: verá su nombre y su dirección.",
		accept:  "Aceptar la invitación",
		footer:  "Esta invitación se envió a %s por parte de %s, dominio %s.",
	},
}

// phrasesFor picks the words: messageLanguage counts by its first part, and not at all beside a text of the inviter's own.
func phrasesFor(message state.InvitationMessage) phrases {
	language, _, _ := strings.Cut(strings.ToLower(message.Language), "-")
	if p, ok := translations[language]; ok && message.Body == "" {
		return p
	}
	return english
}

// send writes the invitation mail. The inviter's own words are left out where he has no address of his own or is an
// application (graph.md 2.3).
func send(tx *state.Tx, t state.Tenant, by directory.Principal, r Request, res Result) {
	p := phrasesFor(r.Message)
	inviter, address := res.Invitation.InviterName, by.User.Mail
	if address == "" {
		address = t.DefaultDomain()
	}
	l := mail.Letter{
		TenantID: t.ID, To: r.Email, Kind: mail.B2BInvitation,
		Subject: fmt.Sprintf(p.subject, inviter),
		Body:    []string{fmt.Sprintf(p.invited, inviter, address, t.DisplayName), p.who},
		Links:   []mail.Link{{Kind: mail.B2BInvitation, URL: res.RedeemURL, Label: p.accept}},
		Footer:  fmt.Sprintf(p.footer, r.Email, t.DisplayName, t.DefaultDomain()),
	}
	if by.User.Mail != "" {
		l.Quote = r.Message.Body
	}
	if r.Message.CCAddress != "" {
		l.CC = []string{r.Message.CCAddress}
	}
	mail.Send(tx, l)
}
