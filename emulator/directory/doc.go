// Package directory knows who is who: tenants and their domains, users, guests, groups, roles, applications, consent and
// policies. Its functions take the transaction and compose; they return records and problems, and know no URL and no token.
//
// A guest is an object in one tenant that points at an account of another ([state.Home]). Only [AddGuest] makes one, and
// [CompleteRedemption] is the one way in which a guest becomes redeemed, whichever manager invited him:
//
//	                       AddGuest(pending)                 CompleteRedemption
//	b2b manager   invite ────────────────► PendingAcceptance ─────────────────► Accepted
//	                       AddGuest + CompleteRedemption
//	SharePoint manager   redeem ──────────────────────────────────────────────► Accepted
//
// Sources: graph.md sections 2 to 6 and 10 of the reference, identity.md section 5.
package directory
