package console

import (
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// codeRetirement is sharepoint.md 7.1 and 8 of the reference: what becomes of links that were opened with a code.
func codeRetirement() scenario {
	return scenario{
		Name: "code-retirement", Title: "One-time-code retirement", Organisations: []string{inContoso, inFabrikam},
		About: "A link that was opened with a code by mail stops working when codes are retired, and comes back with the guest.",
		Steps: []step{
			{
				Who: fromStage, Does: "goes back to the era of codes by mail (profile otp)",
				Look: "Somebody new gets a link for himself alone and proves himself with a code.",
				See:  see{Path: "/o/contoso/sharing"}, Act: sets{inContoso, "", "profile", "profile", string(state.ProfileOTP)},
				Expect: []expectation{inEra{inContoso, state.ProfileOTP}},
			},
			{
				Who: fromAdele, Does: "shares the folder Specs with Carol",
				Look: "Carol’s letter has a link. There is no invitation, and there will be no guest.",
				See:  see{In: inContoso, Place: specsFolder}, Act: shares{inContoso, adeleVance, specsFolder, carolCline, "read"},
				Expect: []expectation{guestIs{inContoso, carolCline, nobody}, waits{inContoso, carolCline, 0}, newest{carolCline, mail.SharingLink}},
			},
			{
				Who: fromCarol, Does: "opens the link, gets a code by mail and types it",
				Look: "The folder opens for an address that Contoso’s directory has never heard of: the site alone knows it.",
				See:  carolsMail(), Act: proves{inFabrikam, carolCline},
				Expect: []expectation{guestIs{inContoso, carolCline, nobody}, newest{carolCline, mail.OneTimeCode}, opens{inContoso, carolCline, specsFolder, true}},
			},
			{
				Who: fromStage, Does: "retires the codes (profile b2b-only)",
				Look: "Nobody is written to. Carol does not know yet.",
				See:  see{Path: "/o/contoso/sharing"}, Act: sets{inContoso, "", "profile", "profile", string(state.ProfileB2BOnly)},
				Expect: []expectation{inEra{inContoso, state.ProfileB2BOnly}, opens{inContoso, carolCline, specsFolder, false}},
			},
			{
				Who: fromCarol, Does: "opens the same link again, signed in at home",
				Look: "Denied: without a guest account the link is worth nothing.",
				See:  carolsMail(), Act: follows{inFabrikam, carolCline, carolCline, mail.SharingLink, asOrganisation},
				Refused: problem.GuestRequired,
				Expect:  []expectation{guestIs{inContoso, carolCline, nobody}, opens{inContoso, carolCline, specsFolder, false}},
			},
			{
				Who: fromAdele, Does: "shares something else with Carol, the folder Budget",
				Look: "That asks the B2B manager: Carol is a guest now, pending.",
				See:  contosoGuests(), Act: shares{inContoso, adeleVance, budgetFolder, carolCline, "read"},
				Expect: []expectation{guestIs{inContoso, carolCline, state.PendingAcceptance}, newest{carolCline, mail.B2BInvitation}},
			},
			{
				Who: fromCarol, Does: "accepts",
				Look: "Accepted; Budget opens.",
				See:  contosoGuests(), Act: follows{inFabrikam, carolCline, carolCline, mail.B2BInvitation, asOrganisation},
				Expect: []expectation{guestIs{inContoso, carolCline, state.Accepted}, opens{inContoso, carolCline, budgetFolder, true}},
			},
			{
				Who: fromCarol, Does: "tries the old link to Specs once more",
				Look: "It works again: re-sharing one thing revives all earlier links to her.",
				See:  see{Path: "/o/fabrikam/received"}, Act: follows{inFabrikam, carolCline, carolCline, mail.SharingLink, asOrganisation},
				Expect: []expectation{opens{inContoso, carolCline, specsFolder, true}, opens{inContoso, carolCline, budgetFolder, true}},
			},
		},
	}
}

// revokedWhileSynced is sharepoint.md 7.3 of the reference: what ends sync, and what brings it back.
func revokedWhileSynced() scenario {
	received := see{Path: "/o/fabrikam/received"}
	return scenario{
		Name: "revoked-while-synced", Title: "Revoked while synced", Organisations: []string{inContoso, inFabrikam},
		About: "Carol syncs a folder of Contoso’s. Taking the permission away ends that, deleting the guest ends all; the copies on her disk stay.",
		Steps: []step{
			{
				Who: fromAdele, Does: "shares the folder Specs with Carol, who may edit",
				Look: "Carol waits: without a guest account there is nothing to sync.",
				See:  received, Act: shares{inContoso, adeleVance, specsFolder, carolCline, "write"},
				Expect: []expectation{waits{inContoso, carolCline, 1}, syncs{inContoso, carolCline, specsFolder, false}},
			},
			{
				Who: fromCarol, Does: "accepts with her organizational account",
				Look: "The folder is among what was shared with her, and a Sync button stands beside it.",
				See:  received, Act: follows{inFabrikam, carolCline, carolCline, mail.SharingInvitation, asOrganisation},
				Expect: []expectation{guestIs{inContoso, carolCline, state.Accepted}, syncs{inContoso, carolCline, specsFolder, true}},
			},
			{
				Who: fromCarol, Does: "presses Sync",
				Look: "The address starts the sync client. The command tennantite sync takes it in a terminal and mirrors the folder.",
				See:  received, Act: asks{inFabrikam, carolCline, inContoso, specsFolder},
				Expect: []expectation{syncs{inContoso, carolCline, specsFolder, true}},
			},
			{
				Who: fromAdele, Does: "takes Carol’s permission away",
				Look: "Carol is still a guest, and her client is told no at its next request. What it copied stays on her disk.",
				See:  see{In: inContoso, Place: specsFolder}, Act: removes{inContoso, adeleVance, specsFolder, carolCline},
				Expect: []expectation{
					guestIs{inContoso, carolCline, state.Accepted}, opens{inContoso, carolCline, specsFolder, false}, syncs{inContoso, carolCline, specsFolder, false},
				},
			},
			{
				Who: fromAdele, Does: "shares the folder with Carol again",
				Look: "No invitation this time: she is in the directory. Sync goes on where it was.",
				See:  received, Act: shares{inContoso, adeleVance, specsFolder, carolCline, "read"},
				Expect: []expectation{waits{inContoso, carolCline, 0}, newest{carolCline, mail.SharingLink}, syncs{inContoso, carolCline, specsFolder, true}},
			},
			{
				Who: fromAdmin, Does: "deletes the guest Carol from the directory",
				Look: "All ends at once: every site, every sync, every sign-in. The guest lies in the recycle bin for 30 days.",
				See:  see{Path: "/o/contoso/people"}, Act: changes{inContoso, contosoAdmin, carolCline, "delete"},
				Expect: []expectation{
					guestIs{inContoso, carolCline, nobody}, opens{inContoso, carolCline, specsFolder, false}, syncs{inContoso, carolCline, specsFolder, false},
				},
			},
			{
				Who: fromAdmin, Does: "restores her",
				Look: "The same object with the same id: what she could open she can open again.",
				See:  see{In: inContoso, Whom: carolCline}, Act: changes{inContoso, contosoAdmin, carolCline, "restore"},
				Expect: []expectation{guestIs{inContoso, carolCline, state.Accepted}, syncs{inContoso, carolCline, specsFolder, true}},
			},
		},
	}
}
