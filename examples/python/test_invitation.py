import unittest
import urllib.parse

from tennantite import Emulator

GRAPH = "https://graph.microsoft.com/v1.0"
CAROL = "carol@fabrikam.com"


class Invitation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()
        cls.addClassCleanup(cls.emulator.stop)

    def setUp(self):
        self.world = self.emulator.world()
        self.addCleanup(self.world.__exit__)
        self.adele = self.world.token("adele@contoso.com")

    def guests(self):
        status, page = self.world.call("GET", f"{GRAPH}/users?$filter=" + urllib.parse.quote(f"mail eq '{CAROL}'"), self.adele)
        self.assertEqual(status, 200)
        return page["value"]

    def invite(self):
        status, _ = self.world.call("POST", f"{GRAPH}/invitations", self.adele, {
            "invitedUserEmailAddress": CAROL, "inviteRedirectUrl": "https://contoso.sharepoint.com", "sendInvitationMessage": True})
        self.assertEqual(status, 201)

    def test_an_invited_person_accepts_by_mail(self):
        self.invite()
        guest = self.world.redeem(self.world.mail(CAROL)["links"][0]["url"], CAROL)
        self.assertEqual(guest["id"], self.guests()[0]["id"])

    def test_a_reset_takes_the_invitation_back(self):
        self.invite()
        self.assertEqual(len(self.guests()), 1)
        self.world.reset()
        self.assertEqual(self.guests(), [])

    def test_a_token_ends_when_time_moves(self):
        self.world.control("POST", "/clock/advance", {"by": "PT2H"})
        status, refusal = self.world.call("GET", f"{GRAPH}/me", self.adele)
        self.assertEqual((status, refusal["error"]["code"]), (401, "InvalidAuthenticationToken"))


if __name__ == "__main__":
    unittest.main()
