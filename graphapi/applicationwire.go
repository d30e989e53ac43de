package graphapi

import (
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireApplication is an app registration (CSDL; GD:res/application).
type wireApplication struct {
	ID                         string              `json:"id"`
	DeletedDateTime            *time.Time          `json:"deletedDateTime"`
	AppID                      string              `json:"appId"`
	ApplicationTemplateID      *string             `json:"applicationTemplateId"`
	DisabledByMicrosoftStatus  *string             `json:"disabledByMicrosoftStatus"`
	CreatedDateTime            *time.Time          `json:"createdDateTime"`
	DisplayName                string              `json:"displayName"`
	Description                *string             `json:"description"`
	GroupMembershipClaims      *string             `json:"groupMembershipClaims"`
	IdentifierURIs             []string            `json:"identifierUris"`
	IsDeviceOnlyAuthSupported  *bool               `json:"isDeviceOnlyAuthSupported"`
	IsFallbackPublicClient     *bool               `json:"isFallbackPublicClient"`
	NativeAuthenticationAPIs   *string             `json:"nativeAuthenticationApisEnabled"`
	Notes                      *string             `json:"notes"`
	PublisherDomain            *string             `json:"publisherDomain"`
	ServiceManagementReference *string             `json:"serviceManagementReference"`
	SignInAudience             string              `json:"signInAudience"`
	Tags                       []string            `json:"tags"`
	TokenEncryptionKeyID       *string             `json:"tokenEncryptionKeyId"`
	UniqueName                 *string             `json:"uniqueName"`
	SAMLMetadataURL            *string             `json:"samlMetadataUrl"`
	DefaultRedirectURI         *string             `json:"defaultRedirectUri"`
	Certification              *string             `json:"certification"`
	OptionalClaims             *wireOptionalClaims `json:"optionalClaims"`
	AddIns                     []string            `json:"addIns"`
	API                        wireAPI             `json:"api"`
	AppRoles                   []wireAppRole       `json:"appRoles"`
	Info                       wireInfo            `json:"info"`
	KeyCredentials             []wireKey           `json:"keyCredentials"`
	ParentalControlSettings    wireParental        `json:"parentalControlSettings"`
	PasswordCredentials        []wirePassword      `json:"passwordCredentials"`
	PublicClient               wireRedirects       `json:"publicClient"`
	RequiredResourceAccess     []wireRequired      `json:"requiredResourceAccess"`
	VerifiedPublisher          wirePublisher       `json:"verifiedPublisher"`
	Web                        wireWeb             `json:"web"`
	SPA                        wireRedirects       `json:"spa"`

	OAuth2RequirePostResponse odata.Optional[bool] `json:"oauth2RequirePostResponse,omitzero"` // beta's

	Owners odata.Optional[[]any] `json:"owners,omitzero" odata:"expand"`
}

type wireAPI struct {
	AcceptMappedClaims          *bool               `json:"acceptMappedClaims"`
	KnownClientApplications     []string            `json:"knownClientApplications"`
	RequestedAccessTokenVersion *int                `json:"requestedAccessTokenVersion"`
	Scopes                      []wireScope         `json:"oauth2PermissionScopes"`
	PreAuthorized               []wirePreAuthorized `json:"preAuthorizedApplications"`
}

type wireScope struct {
	AdminConsentDescription string  `json:"adminConsentDescription"`
	AdminConsentDisplayName string  `json:"adminConsentDisplayName"`
	ID                      string  `json:"id"`
	IsEnabled               bool    `json:"isEnabled"`
	Origin                  *string `json:"origin,omitempty"`
	Type                    string  `json:"type"`
	UserConsentDescription  *string `json:"userConsentDescription"`
	UserConsentDisplayName  *string `json:"userConsentDisplayName"`
	Value                   *string `json:"value"`
}

type wireAppRole struct {
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	Description        *string  `json:"description"`
	DisplayName        *string  `json:"displayName"`
	ID                 string   `json:"id"`
	IsEnabled          bool     `json:"isEnabled"`
	Origin             string   `json:"origin"`
	Value              *string  `json:"value"`
}

type wirePreAuthorized struct {
	AppID    string   `json:"appId"`
	ScopeIDs []string `json:"delegatedPermissionIds"`
}

type wireInfo struct {
	LogoURL             *string `json:"logoUrl"`
	MarketingURL        *string `json:"marketingUrl"`
	PrivacyStatementURL *string `json:"privacyStatementUrl"`
	SupportURL          *string `json:"supportUrl"`
	TermsOfServiceURL   *string `json:"termsOfServiceUrl"`
}

type wireParental struct {
	CountriesBlockedForMinors []string `json:"countriesBlockedForMinors"`
	LegalAgeGroupRule         string   `json:"legalAgeGroupRule"`
}

type wirePublisher struct {
	AddedDateTime       *time.Time `json:"addedDateTime"`
	DisplayName         *string    `json:"displayName"`
	VerifiedPublisherID *string    `json:"verifiedPublisherId"`
}

type wireRedirects struct {
	RedirectURIs []string `json:"redirectUris"`
}

type wireWeb struct {
	HomePageURL           *string      `json:"homePageUrl"`
	LogoutURL             *string      `json:"logoutUrl"`
	RedirectURIs          []string     `json:"redirectUris"`
	ImplicitGrantSettings wireImplicit `json:"implicitGrantSettings"`
}

type wireImplicit struct {
	EnableAccessTokenIssuance bool `json:"enableAccessTokenIssuance"`
	EnableIDTokenIssuance     bool `json:"enableIdTokenIssuance"`
}

type wireRequired struct {
	ResourceAppID  string       `json:"resourceAppId"`
	ResourceAccess []wireAccess `json:"resourceAccess"`
}

// wireAccess asks for one permission; Type is Scope or Role.
type wireAccess struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type wirePassword struct {
	CustomKeyIdentifier *string    `json:"customKeyIdentifier"`
	DisplayName         *string    `json:"displayName"`
	EndDateTime         *time.Time `json:"endDateTime"`
	Hint                *string    `json:"hint"`
	KeyID               string     `json:"keyId"`
	SecretText          *string    `json:"secretText"`
	StartDateTime       *time.Time `json:"startDateTime"`
}

type wireKey struct {
	CustomKeyIdentifier *string    `json:"customKeyIdentifier"`
	DisplayName         *string    `json:"displayName"`
	EndDateTime         *time.Time `json:"endDateTime"`
	Key                 *string    `json:"key"`
	KeyID               string     `json:"keyId"`
	StartDateTime       *time.Time `json:"startDateTime"`
	Type                string     `json:"type"`
	Usage               string     `json:"usage"`
}

type wireOptionalClaims struct {
	AccessToken []wireOptionalClaim `json:"accessToken"`
	IDToken     []wireOptionalClaim `json:"idToken"`
	SAML2Token  []wireOptionalClaim `json:"saml2Token"`
}

type wireOptionalClaim struct {
	AdditionalProperties []string `json:"additionalProperties"`
	Essential            bool     `json:"essential"`
	Name                 string   `json:"name"`
	Source               *string  `json:"source"`
}

// notNull is a list that is [] on the wire where it is empty.
func notNull[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// mapped is a list in another form, never null.
func mapped[T, U any](l []T, f func(T) U) []U {
	out := make([]U, 0, len(l))
	for _, v := range l {
		out = append(out, f(v))
	}
	return out
}

func (r *request) applicationOf(a state.Application) wireApplication {
	w := wireApplication{
		ID: a.ID, DeletedDateTime: stamp(a.DeletedAt), AppID: a.AppID, CreatedDateTime: stamp(a.CreatedAt), DisplayName: a.DisplayName,
		Description: orNull(a.Description), GroupMembershipClaims: orNull(a.GroupMembershipClaims), IdentifierURIs: notNull(a.IdentifierURIs),
		Notes: orNull(a.Notes), PublisherDomain: orNull(r.tenant.DefaultDomain()), SignInAudience: a.SignInAudience, Tags: notNull(a.Tags),
		ServiceManagementReference: orNull(a.ServiceManagementReference), DefaultRedirectURI: orNull(a.DefaultRedirectURI),
		SAMLMetadataURL: orNull(a.SAMLMetadataURL), TokenEncryptionKeyID: orNull(a.TokenEncryptionKeyID), UniqueName: orNull(a.UniqueName),
		IsDeviceOnlyAuthSupported: a.DeviceOnlyAuth,
		Info: wireInfo{
			MarketingURL: orNull(a.MarketingURL), PrivacyStatementURL: orNull(a.PrivacyURL), SupportURL: orNull(a.SupportURL),
			TermsOfServiceURL: orNull(a.TermsURL),
		},
		AddIns: []string{}, OptionalClaims: optionalClaimsOf(a.OptionalClaims),
		API: wireAPI{
			AcceptMappedClaims: a.AcceptMappedClaims, KnownClientApplications: notNull(a.KnownClients), Scopes: mapped(a.Scopes, scopeOf),
			PreAuthorized: mapped(a.PreAuthorized, func(p state.PreAuthorizedApp) wirePreAuthorized {
				return wirePreAuthorized{p.AppID, notNull(p.ScopeIDs)}
			}),
		},
		AppRoles: mapped(a.AppRoles, appRoleOf), KeyCredentials: mapped(a.Certificates, keyOf),
		ParentalControlSettings: wireParental{[]string{}, "Allow"}, PasswordCredentials: mapped(a.Secrets, passwordOf),
		PublicClient: wireRedirects{notNull(a.PublicRedirects)}, SPA: wireRedirects{notNull(a.SPARedirects)},
		RequiredResourceAccess: mapped(a.Required, requiredOf),
		Web: wireWeb{
			HomePageURL: orNull(a.HomePageURL), LogoutURL: orNull(a.LogoutURL), RedirectURIs: notNull(a.RedirectURIs),
			ImplicitGrantSettings: wireImplicit{a.ImplicitAccessToken, a.ImplicitIDToken},
		},
	}
	if r.version == versionBeta {
		w.OAuth2RequirePostResponse = odata.Some(a.RequirePostResponse)
	}
	if a.PublicClient {
		w.IsFallbackPublicClient = &a.PublicClient
	}
	if a.AccessTokenVersion != 0 {
		w.API.RequestedAccessTokenVersion = &a.AccessTokenVersion
	}
	return w
}

func scopeOf(s state.PermissionScope) wireScope {
	return wireScope{
		AdminConsentDescription: s.AdminConsentDescription, AdminConsentDisplayName: s.AdminConsentDisplayName, ID: s.ID,
		IsEnabled: s.Enabled, Type: s.Type, UserConsentDescription: orNull(s.UserConsentDescription),
		UserConsentDisplayName: orNull(s.UserConsentDisplayName), Value: orNull(s.Value),
	}
}

func (w wireScope) record() state.PermissionScope {
	s := state.PermissionScope{
		ID: w.ID, Value: deref(w.Value), Type: w.Type, Enabled: w.IsEnabled,
		AdminConsentDisplayName: w.AdminConsentDisplayName, AdminConsentDescription: w.AdminConsentDescription,
		UserConsentDisplayName: deref(w.UserConsentDisplayName), UserConsentDescription: deref(w.UserConsentDescription),
	}
	if s.Type == "" {
		s.Type = "User"
	}
	return s
}

func appRoleOf(a state.AppRole) wireAppRole {
	return wireAppRole{notNull(a.MemberTypes), orNull(a.Description), orNull(a.DisplayName), a.ID, a.Enabled, "Application", orNull(a.Value)}
}

func (w wireAppRole) record() state.AppRole {
	return state.AppRole{
		ID: w.ID, Value: deref(w.Value), DisplayName: deref(w.DisplayName), Description: deref(w.Description),
		Enabled: w.IsEnabled, MemberTypes: w.AllowedMemberTypes,
	}
}

func passwordOf(s state.Secret) wirePassword {
	return wirePassword{DisplayName: orNull(s.DisplayName), EndDateTime: stamp(s.End), Hint: orNull(s.Hint), KeyID: s.KeyID, StartDateTime: stamp(s.Start)}
}

// newPasswordOf is a secret in the only answer that shows its text.
func newPasswordOf(s state.Secret) wirePassword {
	w := passwordOf(s)
	w.SecretText = orNull(s.Text)
	return w
}

func keyOf(c state.Certificate) wireKey {
	return wireKey{
		CustomKeyIdentifier: thumbprint(c.DER), DisplayName: orNull(c.DisplayName), EndDateTime: stamp(c.End), KeyID: c.KeyID,
		StartDateTime: stamp(c.Start), Type: "AsymmetricX509Cert", Usage: "Verify",
	}
}

func requiredOf(q state.RequiredResource) wireRequired {
	w := wireRequired{ResourceAppID: q.ResourceAppID, ResourceAccess: []wireAccess{}}
	for _, a := range q.Access {
		kind := "Scope"
		if a.Role {
			kind = "Role"
		}
		w.ResourceAccess = append(w.ResourceAccess, wireAccess{a.ID, kind})
	}
	return w
}

func (w wireRequired) record() state.RequiredResource {
	q := state.RequiredResource{ResourceAppID: w.ResourceAppID}
	for _, a := range w.ResourceAccess {
		q.Access = append(q.Access, state.RequiredAccess{ID: a.ID, Role: a.Type == "Role"})
	}
	return q
}

func optionalClaimsOf(o state.OptionalClaims) *wireOptionalClaims {
	if len(o.AccessToken)+len(o.IDToken)+len(o.SAML2) == 0 {
		return nil
	}
	claims := func(l []state.OptionalClaim) []wireOptionalClaim {
		return mapped(l, func(c state.OptionalClaim) wireOptionalClaim {
			return wireOptionalClaim{notNull(c.Additional), c.Essential, c.Name, orNull(c.Source)}
		})
	}
	return &wireOptionalClaims{claims(o.AccessToken), claims(o.IDToken), claims(o.SAML2)}
}

func (w *wireOptionalClaims) record() state.OptionalClaims {
	claims := func(l []wireOptionalClaim) []state.OptionalClaim {
		return slices.Clip(mapped(l, func(c wireOptionalClaim) state.OptionalClaim {
			return state.OptionalClaim{Name: c.Name, Source: deref(c.Source), Essential: c.Essential, Additional: c.AdditionalProperties}
		}))
	}
	return state.OptionalClaims{AccessToken: claims(w.AccessToken), IDToken: claims(w.IDToken), SAML2: claims(w.SAML2Token)}
}
