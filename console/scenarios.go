package console

import (
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// scenario is a story that the player shows step by step, in a world of its own name that begins as main began.
type scenario struct {
	Name          string // of its world, and in its address
	Title, About  string
	Organisations []string // shown side by side, by the first label of their initial domain
	Steps         []step
}

// step is one thing that somebody does, and what comes of it.
type step struct {
	Who, Does string // "Adele of Contoso", "shares the folder Specs with Carol"
	Look      string // what to look at afterwards, and why it is so
	See       see    // where the console shows it
	Act       act
	Refused   problem.Reason // how it is refused, where that is the point; [problem.None] where it is done
	Expect    []expectation
}

// see is a page of the console: of an organisation's place (its share or access page), of a person, or by its path.
type see struct{ Path, In, Place, Whom string }

// The cast and the stage of the built-in world (DESIGN section 8).
const (
	inContoso, inFabrikam          = "contoso", "fabrikam"
	adeleVance, contosoAdmin       = "adele@contoso.com", "admin@contoso.onmicrosoft.com"
	carolCline, daveDavis          = "carol@fabrikam.com", "dave@fabrikam.com"
	specsFolder, budgetFolder      = "/sites/project-x/Shared Documents/Specs", "/sites/project-x/Shared Documents/Budget"
	asOrganisation                 = "organizational"
	fromAdele, fromCarol, fromDave = "Adele of Contoso", "Carol of Fabrikam", "Dave of Fabrikam"
	fromStage, fromAdmin           = "The stage", "The administrator of Contoso"
)

// scenarios are all stories, in the order in which the page lists them.
func scenarios() []scenario {
	return []scenario{classicVersusB2B(), wrongAccount(), codeRetirement(), revokedWhileSynced()}
}

func contosoGuests() see { return see{Path: "/o/" + inContoso + "/people?only=guests"} }

func carolsMail() see { return see{Path: "/mail/latest?to=" + carolCline} }

func classicVersusB2B() scenario {
	return scenario{
		Name: "classic-versus-b2b", Title: "Classic versus B2B", Organisations: []string{inContoso, inFabrikam},
		About: "One folder is shared twice, by the two invitation managers: the guest appears late, or early.",
		Steps: []step{
			{
				Who: fromAdele, Does: "shares the folder Specs with Carol, in the classic era",
				Look: "SharePoint invites by itself. Carol has a letter, and the directory of Contoso shows nobody: the picker of another site would not find her.",
				See:  contosoGuests(), Act: shares{inContoso, adeleVance, specsFolder, carolCline, "write"},
				Expect: []expectation{guestIs{inContoso, carolCline, nobody}, waits{inContoso, carolCline, 1}, newest{carolCline, mail.SharingInvitation}},
			},
			{
				Who: fromCarol, Does: "opens the letter, chooses “Organizational account” and signs in at home",
				Look: "Only now there is a guest, and it is accepted already. The folder opens.",
				See:  contosoGuests(), Act: follows{inFabrikam, carolCline, carolCline, mail.SharingInvitation, asOrganisation},
				Expect: []expectation{
					guestIs{inContoso, carolCline, state.Accepted}, waits{inContoso, carolCline, 0}, opens{inContoso, carolCline, specsFolder, true},
				},
			},
			{
				Who: fromStage, Does: "moves on to the b2b era: SharePoint asks the Entra B2B manager from here on",
				Look: "The profile of Contoso is another one. Carol stays what she is.",
				See:  see{Path: "/o/contoso/sharing"}, Act: sets{inContoso, "", "profile", "profile", string(state.ProfileB2B)},
				Expect: []expectation{inEra{inContoso, state.ProfileB2B}, guestIs{inContoso, carolCline, state.Accepted}},
			},
			{
				Who: fromAdele, Does: "shares the same folder with Dave",
				Look: "Dave is a guest at once, before he has read anything: pending, and every picker finds him. His letter is the B2B manager’s.",
				See:  contosoGuests(), Act: shares{inContoso, adeleVance, specsFolder, daveDavis, "write"},
				Expect: []expectation{
					guestIs{inContoso, daveDavis, state.PendingAcceptance}, waits{inContoso, daveDavis, 0}, newest{daveDavis, mail.B2BInvitation},
				},
			},
			{
				Who: fromDave, Does: "opens the letter, signs in at home and accepts what Contoso asks for",
				Look: "Pending becomes accepted. From here on nothing tells the two guests apart.",
				See:  contosoGuests(), Act: follows{inFabrikam, daveDavis, daveDavis, mail.B2BInvitation, asOrganisation},
				Expect: []expectation{
					guestIs{inContoso, daveDavis, state.Accepted}, opens{inContoso, daveDavis, specsFolder, true}, opens{inContoso, carolCline, specsFolder, true},
				},
			},
			{
				Who: fromDave, Does: "presses Sync beside the folder, with one sign-in at home",
				Look: "Both may sync it: how a guest came in makes no difference any more.",
				See:  see{Path: "/o/fabrikam/received"}, Act: asks{inFabrikam, daveDavis, inContoso, specsFolder},
				Expect: []expectation{syncs{inContoso, daveDavis, specsFolder, true}, syncs{inContoso, carolCline, specsFolder, true}},
			},
		},
	}
}

func wrongAccount() scenario {
	return scenario{
		Name: "wrong-account", Title: "Wrong account", Organisations: []string{inContoso, inFabrikam},
		About: "Dave uses invitations that were sent to Carol. SharePoint lets him in unless a setting says no; Entra never does.",
		Steps: []step{
			{
				Who: fromAdele, Does: "shares the folder Specs with Carol",
				Look: "An invitation of SharePoint’s waits for Carol, and for whoever holds it.",
				See:  carolsMail(), Act: shares{inContoso, adeleVance, specsFolder, carolCline, "read"},
				Expect: []expectation{waits{inContoso, carolCline, 1}, guestIs{inContoso, daveDavis, nobody}},
			},
			{
				Who: fromDave, Does: "got the letter passed on and accepts it with his own account",
				Look: "Dave is the guest, Carol’s invitation is used up, and she has nothing. The log keeps both addresses.",
				See:  contosoGuests(), Act: follows{inFabrikam, daveDavis, carolCline, mail.SharingInvitation, asOrganisation},
				Expect: []expectation{
					guestIs{inContoso, daveDavis, state.Accepted},
					guestIs{inContoso, carolCline, nobody},
					waits{inContoso, carolCline, 0},
					opens{inContoso, daveDavis, specsFolder, true},
				},
			},
			{
				Who: fromAdele, Does: "turns on that only the invited address may accept (RequireAcceptingAccountMatchInvitedAccount)",
				Look: "The setting holds for what is accepted from now on. Dave keeps what he has.",
				See:  see{Path: "/o/contoso/sharing"}, Act: sets{inContoso, adeleVance, "match", "only", "yes"},
				Expect: []expectation{opens{inContoso, daveDavis, specsFolder, true}},
			},
			{
				Who: fromAdele, Does: "shares the folder Budget with Carol",
				Look: "A new letter, a new invitation.",
				See:  carolsMail(), Act: shares{inContoso, adeleVance, budgetFolder, carolCline, "read"},
				Expect: []expectation{waits{inContoso, carolCline, 1}, newest{carolCline, mail.SharingInvitation}},
			},
			{
				Who: fromDave, Does: "tries this one too",
				Look: "Refused, and the invitation is not used up by it.",
				See:  see{In: inContoso, Place: budgetFolder}, Act: follows{inFabrikam, daveDavis, carolCline, mail.SharingInvitation, asOrganisation},
				Refused: problem.WrongAccount,
				Expect:  []expectation{waits{inContoso, carolCline, 1}, opens{inContoso, daveDavis, budgetFolder, false}, guestIs{inContoso, carolCline, nobody}},
			},
			{
				Who: fromAdele, Does: "invites Carol through Entra B2B instead",
				Look: "The guest is there at once, under the invited address.",
				See:  contosoGuests(), Act: invites{inContoso, adeleVance, carolCline},
				Expect: []expectation{guestIs{inContoso, carolCline, state.PendingAcceptance}, newest{carolCline, mail.B2BInvitation}},
			},
			{
				Who: fromDave, Does: "tries that letter as well",
				Look: "Entra refuses an account that does not bear the invited address, whatever the settings say.",
				See:  contosoGuests(), Act: follows{inFabrikam, daveDavis, carolCline, mail.B2BInvitation, asOrganisation},
				Refused: problem.WrongAccount,
				Expect:  []expectation{guestIs{inContoso, carolCline, state.PendingAcceptance}},
			},
			{
				Who: fromCarol, Does: "accepts it herself",
				Look: "Accepted. The invitation to Budget is another manager’s: it waits for its own letter.",
				See:  contosoGuests(), Act: follows{inFabrikam, carolCline, carolCline, mail.B2BInvitation, asOrganisation},
				Expect: []expectation{guestIs{inContoso, carolCline, state.Accepted}, waits{inContoso, carolCline, 1}, opens{inContoso, carolCline, budgetFolder, false}},
			},
			{
				Who: fromCarol, Does: "opens the letter about Budget, which Dave could not use",
				Look: "Her address is the invited one. The same guest, and the folder opens.",
				See:  see{Path: "/o/fabrikam/received"}, Act: follows{inFabrikam, carolCline, carolCline, mail.SharingInvitation, asOrganisation},
				Expect: []expectation{waits{inContoso, carolCline, 0}, opens{inContoso, carolCline, budgetFolder, true}},
			},
		},
	}
}
