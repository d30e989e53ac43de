package graphapi

import (
	"crypto/sha1" //nolint:gosec // the thumbprint of a certificate is a SHA-1 by definition
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// applicationInput is what clients send to make or change a registration. A member that is absent leaves the property as it
// is; those without an effect are taken and dropped.
type applicationInput struct {
	AppID                      string                             `json:"appId"`
	DisplayName                *string                            `json:"displayName"`
	Description                odata.Optional[string]             `json:"description"`
	SignInAudience             *string                            `json:"signInAudience"`
	IdentifierURIs             *[]string                          `json:"identifierUris"`
	Tags                       *[]string                          `json:"tags"`
	Notes                      odata.Optional[string]             `json:"notes"`
	GroupMembershipClaims      odata.Optional[string]             `json:"groupMembershipClaims"`
	IsFallbackPublicClient     odata.Optional[bool]               `json:"isFallbackPublicClient"`
	OptionalClaims             odata.Optional[wireOptionalClaims] `json:"optionalClaims"`
	Web                        *webInput                          `json:"web"`
	SPA                        *redirectInput                     `json:"spa"`
	PublicClient               *redirectInput                     `json:"publicClient"`
	API                        *apiInput                          `json:"api"`
	AppRoles                   *[]wireAppRole                     `json:"appRoles"`
	RequiredResourceAccess     *[]wireRequired                    `json:"requiredResourceAccess"`
	KeyCredentials             *[]wireKey                         `json:"keyCredentials"`
	PasswordCredentials        *[]wirePassword                    `json:"passwordCredentials"`
	Info                       *infoInput                         `json:"info"`
	IsDeviceOnlyAuthSupported  odata.Optional[*bool]              `json:"isDeviceOnlyAuthSupported"`
	ServiceManagementReference odata.Optional[string]             `json:"serviceManagementReference"`
	DefaultRedirectURI         odata.Optional[string]             `json:"defaultRedirectUri"`
	SAMLMetadataURL            odata.Optional[string]             `json:"samlMetadataUrl"`
	TokenEncryptionKeyID       odata.Optional[string]             `json:"tokenEncryptionKeyId"`
	UniqueName                 odata.Optional[string]             `json:"uniqueName"`
	RequirePostResponse        odata.Optional[bool]               `json:"oauth2RequirePostResponse"` // v1.0 takes it and does not show it
	AddIns                     any                                `json:"addIns"`
	ParentalControlSettings    any                                `json:"parentalControlSettings"`
	ServicePrincipalLock       any                                `json:"servicePrincipalLockConfiguration"`
	ID                         any                                `json:"id"` // Terraform's provider sends it
}

type infoInput struct {
	MarketingURL        odata.Optional[string] `json:"marketingUrl"`
	PrivacyStatementURL odata.Optional[string] `json:"privacyStatementUrl"`
	SupportURL          odata.Optional[string] `json:"supportUrl"`
	TermsOfServiceURL   odata.Optional[string] `json:"termsOfServiceUrl"`
	LogoURL             any                    `json:"logoUrl"`
}

func (in *infoInput) apply(a *state.Application) {
	if in == nil {
		return
	}
	putOptional(&a.MarketingURL, in.MarketingURL)
	putOptional(&a.PrivacyURL, in.PrivacyStatementURL)
	putOptional(&a.SupportURL, in.SupportURL)
	putOptional(&a.TermsURL, in.TermsOfServiceURL)
}

type webInput struct {
	HomePageURL           odata.Optional[string] `json:"homePageUrl"`
	LogoutURL             odata.Optional[string] `json:"logoutUrl"`
	RedirectURIs          *[]string              `json:"redirectUris"`
	ImplicitGrantSettings *struct {
		EnableAccessTokenIssuance *bool `json:"enableAccessTokenIssuance"`
		EnableIDTokenIssuance     *bool `json:"enableIdTokenIssuance"`
	} `json:"implicitGrantSettings"`
}

type redirectInput struct {
	RedirectURIs *[]string `json:"redirectUris"`
}

type apiInput struct {
	AcceptMappedClaims          odata.Optional[*bool] `json:"acceptMappedClaims"`
	KnownClientApplications     *[]string             `json:"knownClientApplications"`
	RequestedAccessTokenVersion odata.Optional[int]   `json:"requestedAccessTokenVersion"`
	Scopes                      *[]wireScope          `json:"oauth2PermissionScopes"`
	PreAuthorized               *[]wirePreAuthorized  `json:"preAuthorizedApplications"`
}

func put[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func putOptional[T any](to *T, from odata.Optional[T]) {
	if from.Present() {
		*to, _ = from.Get()
	}
}

// apply makes the changes to a registration.
func (in *applicationInput) apply(r *request, a *state.Application) error {
	put(&a.DisplayName, in.DisplayName)
	putOptional(&a.Description, in.Description)
	put(&a.SignInAudience, in.SignInAudience)
	put(&a.IdentifierURIs, in.IdentifierURIs)
	put(&a.Tags, in.Tags)
	putOptional(&a.Notes, in.Notes)
	putOptional(&a.GroupMembershipClaims, in.GroupMembershipClaims)
	putOptional(&a.PublicClient, in.IsFallbackPublicClient)
	if in.OptionalClaims.Present() {
		claims, _ := in.OptionalClaims.Get()
		a.OptionalClaims = claims.record()
	}
	if in.SPA != nil {
		put(&a.SPARedirects, in.SPA.RedirectURIs)
	}
	if in.PublicClient != nil {
		put(&a.PublicRedirects, in.PublicClient.RedirectURIs)
	}
	in.Web.apply(a)
	in.Info.apply(a)
	putOptional(&a.DeviceOnlyAuth, in.IsDeviceOnlyAuthSupported)
	putOptional(&a.ServiceManagementReference, in.ServiceManagementReference)
	putOptional(&a.DefaultRedirectURI, in.DefaultRedirectURI)
	putOptional(&a.SAMLMetadataURL, in.SAMLMetadataURL)
	putOptional(&a.TokenEncryptionKeyID, in.TokenEncryptionKeyID)
	putOptional(&a.UniqueName, in.UniqueName)
	putOptional(&a.RequirePostResponse, in.RequirePostResponse)
	if in.AppRoles != nil {
		a.AppRoles = mapped(*in.AppRoles, wireAppRole.record)
	}
	if in.RequiredResourceAccess != nil {
		a.Required = mapped(*in.RequiredResourceAccess, wireRequired.record)
	}
	if err := in.API.apply(a); err != nil {
		return err
	}
	if err := checkPermissionIDs(a); err != nil {
		return err
	}
	return in.credentials(r, a)
}

func (in *webInput) apply(a *state.Application) {
	if in == nil {
		return
	}
	putOptional(&a.HomePageURL, in.HomePageURL)
	putOptional(&a.LogoutURL, in.LogoutURL)
	put(&a.RedirectURIs, in.RedirectURIs)
	if g := in.ImplicitGrantSettings; g != nil {
		put(&a.ImplicitAccessToken, g.EnableAccessTokenIssuance)
		put(&a.ImplicitIDToken, g.EnableIDTokenIssuance)
	}
}

func (in *apiInput) apply(a *state.Application) error {
	if in == nil {
		return nil
	}
	putOptional(&a.AcceptMappedClaims, in.AcceptMappedClaims)
	put(&a.KnownClients, in.KnownClientApplications)
	putOptional(&a.AccessTokenVersion, in.RequestedAccessTokenVersion)
	if a.AccessTokenVersion < 0 || a.AccessTokenVersion > 2 {
		return problem.For(problem.Invalid, problem.InvalidProperty, "requestedAccessTokenVersion", "Invalid value specified for property 'requestedAccessTokenVersion' of resource 'ApiApplication'.")
	}
	if in.Scopes != nil {
		a.Scopes = mapped(*in.Scopes, wireScope.record)
	}
	if in.PreAuthorized != nil {
		a.PreAuthorized = mapped(*in.PreAuthorized, func(p wirePreAuthorized) state.PreAuthorizedApp {
			return state.PreAuthorizedApp{AppID: p.AppID, ScopeIDs: p.ScopeIDs}
		})
	}
	return nil
}

// checkPermissionIDs: a permission that an application offers is a GUID, each one once.
func checkPermissionIDs(a *state.Application) error {
	var ids []string
	for _, s := range a.Scopes {
		ids = append(ids, s.ID)
	}
	for _, x := range a.AppRoles {
		ids = append(ids, x.ID)
	}
	for i, id := range ids {
		if _, err := uuid.Parse(id); err != nil || slices.Contains(ids[:i], id) {
			return problem.For(problem.Invalid, problem.InvalidProperty, "id", "Permission identifier '%s' is not a GUID of its own.", id)
		}
	}
	return nil
}

// credentials takes certificates and, where a registration is made, secrets.
func (in *applicationInput) credentials(r *request, a *state.Application) error {
	if in.KeyCredentials != nil {
		certificates, err := r.certificates(*in.KeyCredentials, a.Certificates)
		if err != nil {
			return err
		}
		a.Certificates = certificates
	}
	if in.PasswordCredentials == nil {
		return nil
	}
	secrets := []state.Secret{}
	for _, p := range *in.PasswordCredentials {
		if i := slices.IndexFunc(a.Secrets, func(s state.Secret) bool { return strings.EqualFold(s.KeyID, p.KeyID) }); i >= 0 {
			secrets = append(secrets, a.Secrets[i])
			continue
		}
		s, err := directory.NewSecret(r.tx, deref(p.DisplayName), moment(p.StartDateTime), moment(p.EndDateTime))
		if err != nil {
			return err
		}
		secrets = append(secrets, s)
	}
	a.Secrets = secrets
	return nil
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// certificates are the key credentials that a client sends; one without a key is one of those that are there.
func (r *request) certificates(keys []wireKey, present []state.Certificate) ([]state.Certificate, error) {
	all := []state.Certificate{}
	for _, k := range keys {
		c, err := k.record(r, present)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// record reads a certificate, DER or PEM. One that is there already may come without its bytes.
func (w wireKey) record(r *request, present []state.Certificate) (state.Certificate, error) {
	if deref(w.Key) == "" {
		for _, c := range present {
			if strings.EqualFold(c.KeyID, w.KeyID) {
				return c, nil
			}
		}
	}
	der, err := base64.StdEncoding.DecodeString(deref(w.Key))
	if block, _ := pem.Decode(der); block != nil {
		der = block.Bytes
	}
	var x *x509.Certificate
	if err == nil {
		x, err = x509.ParseCertificate(der)
	}
	if err != nil {
		return state.Certificate{}, problem.For(problem.Invalid, problem.InvalidProperty, "keyCredentials", "Key credential has an invalid certificate value.")
	}
	c := state.Certificate{KeyID: w.KeyID, DisplayName: deref(w.DisplayName), DER: der, Start: moment(w.StartDateTime), End: moment(w.EndDateTime)}
	if c.KeyID == "" {
		c.KeyID = r.tx.NewID()
	}
	if c.DisplayName == "" {
		c.DisplayName = x.Subject.String()
	}
	if c.Start.IsZero() {
		c.Start = x.NotBefore
	}
	if c.End.IsZero() {
		c.End = x.NotAfter
	}
	return c, nil
}

// thumbprint is what the service shows as a certificate's customKeyIdentifier.
func thumbprint(der []byte) *string {
	sum := sha1.Sum(der) //nolint:gosec // see above
	return orNull(strings.ToUpper(hex.EncodeToString(sum[:])))
}
