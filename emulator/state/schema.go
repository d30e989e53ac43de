package state

import (
	"reflect"
	"time"

	"github.com/hashicorp/go-memdb"
)

const (
	tableWorld              = "world"
	tableTenants            = "tenants"
	tablePartners           = "crossTenantPartners"
	tablePolicies           = "policies"
	tableUsers              = "users"
	tableGroups             = "groups"
	tableMemberships        = "memberships"
	tableTombstones         = "tombstones"
	tableRoleAssignments    = "roleAssignments"
	tableActivatedRoles     = "activatedRoles"
	tableApplications       = "applications"
	tableServicePrincipals  = "servicePrincipals"
	tableGrants             = "permissionGrants"
	tableAppRoles           = "appRoleAssignments"
	tableInvitations        = "invitations"
	tableSharingInvitations = "sharingInvitations"
	tableSites              = "sites"
	tableSiteUsers          = "siteUsers"
	tableSiteGroups         = "siteGroups"
	tableLists              = "lists"
	tableItems              = "items"
	tableUploads            = "uploadSessions"
	tableOperations         = "operations"
	tablePermissions        = "permissions"
	tableLinks              = "links"
	tableAccessRequests     = "accessRequests"
	tableAuthCodes          = "authCodes"
	tableRefreshTokens      = "refreshTokens"
	tableDeviceCodes        = "deviceCodes"
	tableSessions           = "sessions"
	tableOneTimeCodes       = "oneTimeCodes"
	tableSignIns            = "signIns"
	tableMessages           = "messages"
	tableEvents             = "events"
	tableSubscriptions      = "subscriptions"

	indexID       = "id"
	indexDomain   = "domain"
	indexPrefix   = "sharepoint"
	indexAddress  = "address"
	indexHome     = "home"
	indexOther    = "other"
	indexName     = "name"
	indexDeleted  = "deleted"
	indexSeq      = "seq"
	indexNickname = "nickname"
	indexDynamic  = "dynamic"
	indexMember   = "member"
	indexRole     = "role"
	indexAppID    = "appId"
	indexURI      = "uri"
	indexClient   = "client"
	indexSite     = "site"
	indexPath     = "path"
	indexGroup    = "group"
	indexOwner    = "owner"
	indexLogin    = "login"
	indexNumber   = "number"
	indexTarget   = "target"
	indexToken    = "token"
)

var timeType = reflect.TypeFor[time.Time]()

func schema() *memdb.DBSchema {
	s := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for _, tables := range [][]*memdb.TableSchema{tenantTables(), directoryTables(), applicationTables(), siteTables(), itemTables(), signInTables(), recordTables()} {
		for _, t := range tables {
			s.Tables[t.Name] = t
		}
	}
	return s
}

func tenantTables() []*memdb.TableSchema {
	return []*memdb.TableSchema{
		table(tableWorld, unique(indexID, func(w *World) key { return key{w.ID} })),
		table(tableTenants,
			unique(indexID, func(t *Tenant) key { return key{t.ID} }),
			several(indexDomain, func(t *Tenant) []key {
				k := make([]key, 0, len(t.Domains))
				for _, d := range t.Domains {
					k = append(k, key{fold(d.Name)})
				}
				return k
			}),
			plain(indexPrefix, func(t *Tenant) key { return key{fold(t.SharePointPrefix())} })),
		table(tablePartners, unique(indexID, func(p *CrossTenantPartner) key { return key{p.TenantID, fold(p.PartnerID)} })),
		table(tablePolicies, unique(indexID, func(p *Policy) key { return key{p.TenantID, p.Kind, fold(p.ID)} })),
	}
}

func directoryTables() []*memdb.TableSchema {
	return []*memdb.TableSchema{
		// Each index is a leaf in a tree, which takes more room than many a record: what can be found by another one has none.
		table(tableUsers,
			unique(indexID, func(u *User) key { return u.in(ident(fold(u.ID))) }),
			severalUnique(indexAddress, (*User).addressKeys),
			plain(indexHome, func(u *User) key {
				if u.Home.ObjectID == "" {
					return nil
				}
				return u.whenLive(ident(fold(u.Home.TenantID)), ident(fold(u.Home.ObjectID)))
			}),
			unique(indexOther, func(u *User) key {
				if u.Type == Member {
					return nil
				}
				return u.whenLive(string(u.Type), ident(fold(u.ID)))
			}),
			unique(indexName, func(u *User) key { return u.whenLive(fold(u.DisplayName), ident(fold(u.ID))) }),
			unique(indexDeleted, func(u *User) key {
				if u.DeletedAt.IsZero() {
					return nil
				}
				return u.in(ident(fold(u.ID)))
			}),
			unique(indexSeq, func(u *User) key { return u.in(u.Seq) })),
		table(tableGroups,
			unique(indexID, func(g *Group) key { return key{g.TenantID, fold(g.ID)} }),
			plain(indexNickname, func(g *Group) key { return g.whenLive(key{g.TenantID, fold(g.MailNickname)}) }),
			plain(indexDynamic, func(g *Group) key {
				if !g.Dynamic() {
					return nil
				}
				return g.whenLive(key{g.TenantID, fold(g.ID)})
			}),
			plain(indexDeleted, func(g *Group) key {
				if g.DeletedAt.IsZero() {
					return nil
				}
				return key{g.TenantID, fold(g.ID)}
			}),
			plain(indexSeq, func(g *Group) key { return key{g.TenantID, g.Seq} })),
		table(tableMemberships,
			unique(indexID, func(m *Membership) key {
				return key{m.TenantID, string(m.Relation), m.GroupID, m.MemberID}
			}),
			plain(indexMember, func(m *Membership) key {
				return key{m.TenantID, string(m.Relation), m.MemberID, m.GroupID}
			}),
			plain(indexSeq, func(m *Membership) key { return key{m.TenantID, m.GroupID, m.Seq} })),
		table(tableTombstones, unique(indexID, func(t *Tombstone) key { return key{t.TenantID, t.Container, t.Seq} })),
		table(tableRoleAssignments,
			unique(indexID, func(a *RoleAssignment) key { return key{a.TenantID, a.ID} }),
			plain(indexMember, func(a *RoleAssignment) key { return key{a.TenantID, fold(a.PrincipalID)} }),
			plain(indexRole, func(a *RoleAssignment) key { return key{a.TenantID, fold(a.TemplateID)} })),
		table(tableActivatedRoles,
			unique(indexID, func(r *ActivatedRole) key { return key{r.TenantID, fold(r.ID)} }),
			plain(indexRole, func(r *ActivatedRole) key { return key{r.TenantID, fold(r.TemplateID)} })),
		table(tableInvitations,
			unique(indexID, func(i *Invitation) key { return key{i.TenantID, fold(i.ID)} }),
			plain(indexMember, func(i *Invitation) key { return key{i.TenantID, fold(i.UserID)} })),
	}
}

// in is a key within the user's tenant.
func (u *User) in(parts ...any) key {
	return append(append(make(key, 0, 1+len(parts)), ident(u.TenantID)), parts...)
}

func (u *User) whenLive(parts ...any) key {
	if !u.DeletedAt.IsZero() {
		return nil
	}
	return u.in(parts...)
}

func (g *Group) whenLive(k key) key {
	if !g.DeletedAt.IsZero() {
		return nil
	}
	return k
}

// addressKeys are the addresses by which a living user is found, his principal name among them, each once.
func (u *User) addressKeys() []key {
	if !u.DeletedAt.IsZero() {
		return nil
	}
	seen := map[string]bool{}
	var keys []key
	add := func(a string) {
		if a = fold(a); a != "" && !seen[a] {
			seen[a] = true
			keys = append(keys, u.in(a, ident(fold(u.ID))))
		}
	}
	add(u.Mail)
	add(u.UserPrincipalName)
	add(u.InvitedAs)
	for _, m := range u.OtherMails {
		add(m)
	}
	for _, p := range u.ProxyAddresses {
		if len(p) > 5 && fold(p[:5]) == "smtp:" {
			add(p[5:])
		}
	}
	return keys
}

func applicationTables() []*memdb.TableSchema {
	return []*memdb.TableSchema{
		table(tableApplications,
			unique(indexID, func(a *Application) key { return key{a.TenantID, fold(a.ID)} }),
			plain(indexAppID, func(a *Application) key {
				if !a.DeletedAt.IsZero() {
					return nil
				}
				return key{fold(a.AppID)}
			}),
			several(indexURI, func(a *Application) []key {
				if !a.DeletedAt.IsZero() {
					return nil
				}
				k := make([]key, 0, len(a.IdentifierURIs))
				for _, u := range a.IdentifierURIs {
					k = append(k, key{fold(u)})
				}
				return k
			})),
		table(tableServicePrincipals,
			unique(indexID, func(p *ServicePrincipal) key { return key{p.TenantID, fold(p.ID)} }),
			plain(indexAppID, func(p *ServicePrincipal) key { return key{p.TenantID, fold(p.AppID)} })),
		table(tableGrants,
			unique(indexID, func(g *PermissionGrant) key { return key{g.TenantID, g.ID} }),
			plain(indexClient, func(g *PermissionGrant) key { return key{g.TenantID, fold(g.ClientID)} })),
		table(tableAppRoles,
			unique(indexID, func(a *AppRoleAssignment) key { return key{a.TenantID, a.ID} }),
			plain(indexMember, func(a *AppRoleAssignment) key { return key{a.TenantID, fold(a.PrincipalID)} }),
			plain(indexRole, func(a *AppRoleAssignment) key { return key{a.TenantID, fold(a.ResourceID)} })),
	}
}

func siteTables() []*memdb.TableSchema {
	return []*memdb.TableSchema{
		table(tableSites,
			unique(indexID, func(s *Site) key { return key{s.TenantID, fold(s.ID)} }),
			plain(indexPath, func(s *Site) key {
				if !s.DeletedAt.IsZero() {
					return nil
				}
				return key{s.TenantID, host(s.Personal), fold(s.Path)}
			}),
			plain(indexGroup, func(s *Site) key {
				if s.GroupID == "" || !s.DeletedAt.IsZero() {
					return nil
				}
				return key{s.TenantID, fold(s.GroupID)}
			}),
			plain(indexOwner, func(s *Site) key {
				if !s.Personal || !s.DeletedAt.IsZero() {
					return nil
				}
				return key{s.TenantID, fold(s.OwnerID)}
			})),
		table(tableSiteUsers,
			unique(indexID, func(u *SiteUser) key { return key{u.TenantID, fold(u.SiteID), u.ID} }),
			plain(indexLogin, func(u *SiteUser) key { return key{u.TenantID, fold(u.SiteID), fold(u.LoginName)} }),
			plain(indexMember, func(u *SiteUser) key {
				if u.ObjectID == "" {
					return nil
				}
				return key{u.TenantID, fold(u.SiteID), fold(u.ObjectID)}
			})),
		table(tableSiteGroups, unique(indexID, func(g *SiteGroup) key { return key{g.TenantID, fold(g.SiteID), g.ID} })),
		table(tableSharingInvitations,
			unique(indexID, func(i *SharingInvitation) key { return key{i.TenantID, fold(i.ID)} }),
			plain(indexAddress, func(i *SharingInvitation) key { return key{i.TenantID, fold(i.Email)} }),
			plain(indexSite, func(i *SharingInvitation) key { return key{i.TenantID, fold(i.SiteID)} })),
		table(tablePermissions,
			unique(indexID, func(p *Permission) key { return key{p.TenantID, fold(p.ID)} }),
			plain(indexTarget, func(p *Permission) key { return p.On.key(p.TenantID) }),
			plain(indexMember, func(p *Permission) key {
				if p.ObjectID == "" {
					return nil
				}
				return key{p.TenantID, fold(p.ObjectID)}
			})),
		table(tableLinks,
			unique(indexID, func(l *Link) key { return key{l.TenantID, fold(l.ID)} }),
			plain(indexToken, func(l *Link) key { return key{l.TenantID, l.Token} }),
			plain(indexTarget, func(l *Link) key { return l.On.key(l.TenantID) })),
		table(tableAccessRequests, unique(indexID, func(r *AccessRequest) key { return key{r.TenantID, fold(r.SiteID), r.ID} })),
	}
}

func (s Securable) key(tenant string) key {
	return key{tenant, fold(s.SiteID), fold(s.ListID), fold(s.ItemID)}
}

func itemTables() []*memdb.TableSchema {
	live := func(l *List, k key) key {
		if !l.DeletedAt.IsZero() {
			return nil
		}
		return k
	}
	return []*memdb.TableSchema{
		table(tableLists,
			unique(indexID, func(l *List) key { return key{l.TenantID, fold(l.ID)} }),
			plain(indexSite, func(l *List) key { return key{l.TenantID, fold(l.SiteID)} }),
			plain(indexName, func(l *List) key { return live(l, key{l.TenantID, fold(l.SiteID), fold(l.Title)}) }),
			plain(indexPath, func(l *List) key { return live(l, key{l.TenantID, fold(l.SiteID), fold(l.Path)}) })),
		table(tableItems,
			unique(indexID, func(i *Item) key { return i.in(ident(i.ID)) }),
			unique(indexName, func(i *Item) key {
				if !i.DeletedAt.IsZero() || i.ParentID == "" {
					return nil
				}
				return i.in(ident(i.ParentID), NameKey(i.Name), ident(i.ID))
			}),
			unique(indexNumber, func(i *Item) key { return i.in(i.Number) }),
			plain(indexDeleted, func(i *Item) key {
				if i.DeletedAt.IsZero() {
					return nil
				}
				return key{ident(i.TenantID), ident(fold(i.SiteID)), ident(i.ListID), ident(i.ID)}
			}),
			unique(indexSeq, func(i *Item) key { return i.in(i.Seq) })),
		table(tableUploads, unique(indexID, func(u *UploadSession) key { return key{u.ID} })),
		table(tableOperations, unique(indexID, func(o *Operation) key { return key{o.ID} })),
	}
}

// in is a key within the item's list.
func (i *Item) in(parts ...any) key {
	k := make(key, 0, 2+len(parts))
	return append(append(k, ident(i.TenantID), ident(i.ListID)), parts...)
}

func signInTables() []*memdb.TableSchema {
	return []*memdb.TableSchema{
		table(tableAuthCodes, unique(indexID, func(c *AuthCode) key { return key{c.ID} })),
		table(tableRefreshTokens, unique(indexID, func(r *RefreshToken) key { return key{r.ID} })),
		table(tableDeviceCodes,
			unique(indexID, func(d *DeviceCode) key { return key{d.ID} }),
			plain(indexToken, func(d *DeviceCode) key { return key{fold(d.UserCode)} })),
		table(tableSessions, unique(indexID, func(s *Session) key { return key{s.ID} })),
		table(tableOneTimeCodes, unique(indexID, func(c *OneTimeCode) key { return key{fold(c.ID)} })),
		table(tableSignIns, unique(indexID, func(s *SignIn) key { return key{s.TenantID, s.Seq} })),
	}
}

func recordTables() []*memdb.TableSchema {
	return []*memdb.TableSchema{
		table(tableMessages,
			unique(indexID, func(m *Message) key { return key{m.ID} }),
			plain(indexSeq, func(m *Message) key { return key{m.Seq} }),
			several(indexAddress, func(m *Message) []key {
				k := []key{{fold(m.To), m.Seq}}
				for _, c := range m.CC {
					k = append(k, key{fold(c), m.Seq})
				}
				return k
			})),
		table(tableEvents,
			unique(indexID, func(e *Event) key { return key{e.TenantID, e.Seq} }),
			plain(indexSeq, func(e *Event) key { return key{e.Seq} })),
		table(tableSubscriptions, unique(indexID, func(s *Subscription) key { return key{s.TenantID, fold(s.ID)} })),
	}
}
