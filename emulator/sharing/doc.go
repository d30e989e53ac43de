// Package sharing is the SharePoint sharing manager: who may share what with whom, sharing links, permissions, and
// SharePoint's own invitations, whose guest comes into being when they are *redeemed*.
//
//	Share ──► Decide ─┬─ known to the directory ───────────► permission at once, notification
//	                  ├─ classic: SharingInvitation + mail ─► Redeem ──► AddGuest + CompleteRedemption + permission
//	                  ├─ otp: specific-people link + mail ──► code at each access, no guest ever
//	                  └─ b2b, b2b-only: the B2B manager makes the guest, permission at once
//
// [Decide] is pure; [Access] is the one place where effective access is decided. The sister manager is package b2b: where
// a tenant's profile asks for it, it is called through [Inviter], which emulator joins.
//
// Sources: sharepoint.md, graph.md section 8, pitfalls.md 3.C and 3.E of the reference.
package sharing
