package directory

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// microsoftTenantID owns the service's own applications (appOwnerOrganizationId).
const microsoftTenantID = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// client is a row of the well-known public clients. family: of the Office family, whose members share refresh tokens;
// web: its redirect address is that of a web application, and it sends a secret.
type client struct {
	id, name    string
	family, web bool
	redirects   []string
}

// Redirect addresses of native clients.
const (
	loopback     = "http://localhost"
	loopbackIP   = "http://127.0.0.1"
	nativeClient = "https://login.microsoftonline.com/common/oauth2/nativeclient"
	outOfBand    = "urn:ietf:wg:oauth:2.0:oob"
)

// wellKnownClients are known in every world, installed and consented in every organisation. Ids: identity.md 2.5 (the
// Office family, from the family-of-client-ids research), the tools' own sources and manuals for the rest.
//
//nolint:gochecknoglobals // a constant table
var wellKnownClients = []client{
	{id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", name: "Microsoft Azure CLI", family: true},
	{id: "1950a258-227b-4e31-a9cf-717495945fc2", name: "Microsoft Azure PowerShell", family: true},
	{id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office", family: true},
	{id: "ab9b8c07-8f02-4f72-87fa-80105867a763", name: "OneDrive SyncEngine", family: true},
	{id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams", family: true},
	{id: "b26aadf8-566f-4478-926f-589f601d9c74", name: "OneDrive", family: true},
	{id: "af124e86-4e96-495a-b70a-90f90ab96707", name: "OneDrive iOS App", family: true},
	{id: "00b41c95-dab0-4487-9791-b9d2c32c80f2", name: "Office 365 Management", family: true},
	{id: "0ec893e0-5785-4de6-99da-4ed124e5296c", name: "Office UWP PWA", family: true},
	{id: "22098786-6e16-43cc-a27d-191a01a1e3b5", name: "Microsoft To-Do client", family: true},
	{id: "26a7ee05-5602-4d76-a7ba-eae8b7b67941", name: "Windows Search", family: true},
	{id: "27922004-5251-4030-b22d-91ecd9a37ea4", name: "Outlook Mobile", family: true},
	{id: "29d9ed98-a469-4536-ade2-f981bc1d605e", name: "Microsoft Authentication Broker", family: true},
	{id: "4813382a-8fa7-425e-ab75-3b753aab3abb", name: "Microsoft Authenticator App", family: true},
	{id: "4e291c71-d680-4d0e-9640-0a3358e31177", name: "PowerApps", family: true},
	{id: "57336123-6e14-4acc-8dcf-287b6088aa28", name: "Microsoft Whiteboard Client", family: true},
	{id: "57fcbcfa-7cee-4eb1-8b25-12d2030b4ee0", name: "Microsoft Flow Mobile PROD-GCCH-CN", family: true},
	{id: "66375f6b-983f-4c2c-9701-d680650f588f", name: "Microsoft Planner", family: true},
	{id: "844cca35-0656-46ce-b636-13f48b0eecbd", name: "Microsoft Stream Mobile Native", family: true},
	{id: "872cd9fa-d31f-45e0-9eab-6e460a02d1f1", name: "Visual Studio", family: true},
	{id: "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", name: "Microsoft Intune Company Portal", family: true},
	{id: "a40d7d7d-59aa-447e-a655-679a4107e548", name: "Accounts Control UI", family: true},
	{id: "aebc6443-996d-45c2-90f0-388ff96faa56", name: "Visual Studio Code", family: true},
	{id: "c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12", name: "Microsoft Power BI", family: true},
	{id: "d326c1ce-6cc6-4de2-bebc-4591e5e13ef0", name: "SharePoint", family: true},
	{id: "e9c51622-460d-4d3d-952d-966a5b1da34c", name: "Microsoft Edge", family: true},
	{id: "ecd6b820-32c2-49b6-98a6-444530e5a77a", name: "Microsoft Edge", family: true},
	{id: "f05ff7c9-f75a-4acd-a3b5-f4b6a870245d", name: "SharePoint Android", family: true},
	{id: "f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34", name: "Microsoft Edge", family: true},
	{id: "12128f48-ec9e-42f0-b203-ea49fb6af367", name: "MS Teams Powershell Cmdlets"},
	{id: "14d82eec-204b-4c2f-b7e8-296a70dab67e", name: "Microsoft Graph Command Line Tools"},
	{id: "1b730954-1685-4b74-9bfd-dac224a7b894", name: "Azure Active Directory PowerShell"},
	{id: "31359c7f-bd7e-475c-86db-fdb8c937548e", name: "PnP Management Shell"},
	{id: "9bc3ab49-b65d-410a-85ad-de819febfddc", name: "SharePoint Online Management Shell", redirects: []string{"https://oauth.spops.microsoft.com/"}},
	{id: "de8bc8b5-d9f9-48b1-a8ad-b748da725064", name: "Graph Explorer", redirects: []string{"https://developer.microsoft.com/en-us/graph/graph-explorer"}},
	{id: "22c49a0d-d21c-4792-aed1-8f163c982546", name: "OneDrive Free Client"},
	{id: "d50ca740-c83f-4d1b-b616-12c519384f0c", name: "OneDrive Client for Linux"},
	{id: "b15665d9-eda6-4092-8539-0eec376afd59", name: "rclone", web: true, redirects: []string{"http://localhost:53682/"}},
}

// WellKnown returns a public client that well-known tools ship with, by client id (DESIGN section 8, identity.md 2.5).
// It is no record of the world: its WellKnown member is set, and it has all that a resource offers. One that ships with a
// secret (its redirect address is a web one) is believed whatever secret it shows.
func WellKnown(appID string) (state.Application, bool) {
	for _, c := range wellKnownClients {
		if strings.EqualFold(c.id, appID) {
			return c.application(), true
		}
	}
	return state.Application{}, false
}

func (c client) application() state.Application {
	a := state.Application{
		TenantID: microsoftTenantID, ID: stableID("application", c.id), AppID: c.id, DisplayName: c.name,
		SignInAudience: "AzureADandPersonalMicrosoftAccount", PublicClient: true, WellKnown: true,
		PublicRedirects: append([]string{loopback, loopbackIP, nativeClient, outOfBand}, c.redirects...),
	}
	if c.family {
		a.Family = "1"
	}
	if c.web {
		a.RedirectURIs = c.redirects
	}
	return a
}

// office tells whether an application belongs to the suite that cross-tenant access settings call Office365.
func office(appID string) bool {
	if strings.EqualFold(appID, GraphAppID) || strings.EqualFold(appID, SharePointAppID) {
		return true
	}
	a, ok := WellKnown(appID)
	return ok && a.Family != ""
}
