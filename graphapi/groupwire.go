package graphapi

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireGroup is a group (graph.md 4.1).
type wireGroup struct {
	ODataType string `json:"@odata.type,omitempty"`

	ID                            string     `json:"id"`
	DeletedDateTime               *time.Time `json:"deletedDateTime"`
	Classification                *string    `json:"classification"`
	CreatedDateTime               *time.Time `json:"createdDateTime"`
	CreationOptions               []string   `json:"creationOptions"`
	Description                   *string    `json:"description"`
	DisplayName                   string     `json:"displayName"`
	ExpirationDateTime            *time.Time `json:"expirationDateTime"`
	GroupTypes                    []string   `json:"groupTypes"`
	IsAssignableToRole            *bool      `json:"isAssignableToRole"`
	Mail                          *string    `json:"mail"`
	MailEnabled                   bool       `json:"mailEnabled"`
	MailNickname                  *string    `json:"mailNickname"`
	MembershipRule                *string    `json:"membershipRule"`
	MembershipRuleProcessingState *string    `json:"membershipRuleProcessingState"`
	OnPremisesDomainName          *string    `json:"onPremisesDomainName"`
	OnPremisesLastSyncDateTime    *time.Time `json:"onPremisesLastSyncDateTime"`
	OnPremisesNetBiosName         *string    `json:"onPremisesNetBiosName"`
	OnPremisesSamAccountName      *string    `json:"onPremisesSamAccountName"`
	OnPremisesSecurityIdentifier  *string    `json:"onPremisesSecurityIdentifier"`
	OnPremisesSyncEnabled         *bool      `json:"onPremisesSyncEnabled"`
	OnPremisesProvisioningErrors  []struct{} `json:"onPremisesProvisioningErrors"`
	PreferredDataLocation         *string    `json:"preferredDataLocation"`
	PreferredLanguage             *string    `json:"preferredLanguage"`
	ProxyAddresses                []string   `json:"proxyAddresses"`
	RenewedDateTime               *time.Time `json:"renewedDateTime"`
	ResourceBehaviorOptions       []string   `json:"resourceBehaviorOptions"`
	ResourceProvisioningOptions   []string   `json:"resourceProvisioningOptions"`
	SecurityEnabled               bool       `json:"securityEnabled"`
	SecurityIdentifier            *string    `json:"securityIdentifier"`
	ServiceProvisioningErrors     []struct{} `json:"serviceProvisioningErrors"`
	Theme                         *string    `json:"theme"`
	Visibility                    *string    `json:"visibility"`

	AssignedLicenses       []wireLicense `json:"assignedLicenses" odata:"select"`
	AssignedLabels         []struct{}    `json:"assignedLabels" odata:"select"`
	LicenseProcessingState *struct{}     `json:"licenseProcessingState" odata:"select"`
	HasMembersWithErrors   *bool         `json:"hasMembersWithLicenseErrors" odata:"select"`
	IsArchived             *bool         `json:"isArchived" odata:"select"`

	wireGroupAlone

	Members           []any `json:"members,omitempty" odata:"expand"`
	Owners            []any `json:"owners,omitempty" odata:"expand"`
	MemberOf          []any `json:"memberOf,omitempty" odata:"expand"`
	TransitiveMembers []any `json:"transitiveMembers,omitempty" odata:"expand"`
}

// wireGroupAlone are the properties that Exchange keeps: one group has them, a collection does not.
type wireGroupAlone struct {
	AllowExternalSenders    bool `json:"allowExternalSenders" odata:"select"`
	AutoSubscribeNewMembers bool `json:"autoSubscribeNewMembers" odata:"select"`
	HideFromAddressLists    bool `json:"hideFromAddressLists" odata:"select"`
	HideFromOutlookClients  bool `json:"hideFromOutlookClients" odata:"select"`
	IsSubscribedByMail      bool `json:"isSubscribedByMail" odata:"select"`
	UnseenCount             int  `json:"unseenCount" odata:"select"`
}

func groupNavigation() []string {
	return []string{"members", "owners", "memberOf", "transitiveMembers"}
}

// groupOf is a group on the wire, without navigation properties.
func groupOf(g state.Group) wireGroup {
	w := wireGroup{
		ID: g.ID, DeletedDateTime: stamp(g.DeletedAt), Classification: orNull(g.Classification), CreatedDateTime: stamp(g.CreatedAt),
		Description: orNull(g.Description), DisplayName: g.DisplayName, GroupTypes: groupTypes(g), Mail: orNull(g.Mail),
		MailEnabled: g.MailEnabled, MailNickname: orNull(g.MailNickname), MembershipRule: orNull(g.MembershipRule),
		MembershipRuleProcessingState: orNull(g.ProcessingState), PreferredDataLocation: orNull(g.PreferredDataLocation),
		PreferredLanguage: orNull(g.PreferredLanguage), ProxyAddresses: g.ProxyAddresses, RenewedDateTime: stamp(g.RenewedAt),
		ResourceBehaviorOptions: g.ResourceBehaviorOptions, ResourceProvisioningOptions: g.ResourceProvisioningOptions,
		SecurityEnabled: g.SecurityEnabled, SecurityIdentifier: orNull(securityIdentifier(g.ID)), Theme: orNull(g.Theme),
		Visibility: orNull(g.Visibility),
		wireGroupAlone: wireGroupAlone{
			AllowExternalSenders: g.AllowExternalSenders, AutoSubscribeNewMembers: g.AutoSubscribeNewMembers,
			HideFromAddressLists: g.HideFromAddressLists, HideFromOutlookClients: g.HideFromOutlookClients,
		},
	}
	if g.Assignable {
		assignable := true
		w.IsAssignableToRole = &assignable
	}
	return w
}

// groupObjectOf is a group among objects of several types.
func groupObjectOf(g state.Group) wireGroup {
	w := groupOf(g)
	w.ODataType = "#microsoft.graph.group"
	return w
}

func groupTypes(g state.Group) []string {
	types := []string{}
	if g.Unified {
		types = append(types, "Unified")
	}
	if g.Dynamic() {
		types = append(types, "DynamicMembership")
	}
	return types
}

// securityIdentifier is the S-1-12-1 form of an object id: its bytes, in Microsoft's order, as four numbers.
func securityIdentifier(id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return ""
	}
	// The first three parts of a GUID are little-endian there, so they are numbers as they are written.
	first := binary.BigEndian.Uint32(u[0:])
	second := uint32(binary.BigEndian.Uint16(u[6:]))<<16 | uint32(binary.BigEndian.Uint16(u[4:]))
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", first, second, binary.LittleEndian.Uint32(u[8:]), binary.LittleEndian.Uint32(u[12:]))
}

// groupResource makes a group filterable.
type groupResource struct{ state.Group }

// Property returns a property by its name on the wire.
func (r groupResource) Property(name string) (any, bool) {
	g := r.Group
	switch name {
	case "id":
		return g.ID, true
	case "displayName":
		return g.DisplayName, true
	case "mailNickname":
		return orNull(g.MailNickname), true
	case "groupTypes":
		return groupTypes(g), true
	case "securityEnabled":
		return g.SecurityEnabled, true
	case "mailEnabled":
		return g.MailEnabled, true
	}
	return odata.ResourceOf(groupOf(g)).Property(name)
}
