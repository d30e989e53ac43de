package spoapi

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// wire is a failure as SharePoint says it. Code and type make the "code" of the body; an empty text is that of the problem.
type wire struct {
	status int
	code   int
	typ    string
	text   string
}

// The exception types of SharePoint's codes.
const (
	spException     = "Microsoft.SharePoint.SPException"
	clientException = "Microsoft.SharePoint.Client.InvalidClientQueryException"
	notFoundType    = "Microsoft.SharePoint.Client.ResourceNotFoundException"
	argument        = "System.ArgumentException"
	unauthorized    = "System.UnauthorizedAccessException"
	fileNotFound    = "System.IO.FileNotFoundException"
	notSupported    = "System.NotSupportedException"
	serverError     = "Microsoft.SharePoint.Client.ServerException"
	throttled       = "Microsoft.SharePoint.Client.ThrottledException"
)

// SharePoint's numbers (sharepoint.md 2.2; those marked M there are from memory, unverified).
const (
	codeGeneral  = -1
	codeSP       = -2146232832
	codeArgument = -2147024809
	codeDenied   = -2147024891
	codeNoFile   = -2147024894
	codeNoItem   = -2130575338
	codeTaken    = -2130575257
	codeTitle    = -2130575342
	codeDigest   = -2130575251
	codeLocked   = -2147018894
	codeName     = -2130575245
	codeQuota    = -2130575312
	codeConflict = -2130575305
)

const deniedText = "Access denied. You do not have permission to perform this action or access this resource."

// wires says how each reason goes on the wire, where a handler has not said it better with one of the failures below.
//
//nolint:gochecknoglobals // a constant table
var wires = map[problem.Reason]wire{
	problem.None:               {},
	problem.Malformed:          {http.StatusBadRequest, codeGeneral, clientException, ""},
	problem.MissingProperty:    {http.StatusBadRequest, codeGeneral, clientException, ""},
	problem.InvalidProperty:    {http.StatusBadRequest, codeArgument, argument, ""},
	problem.ReadOnlyProperty:   {http.StatusBadRequest, codeGeneral, clientException, ""},
	problem.UnknownProperty:    {http.StatusBadRequest, codeGeneral, clientException, ""},
	problem.UnknownSegment:     {http.StatusNotFound, codeGeneral, notFoundType, ""},
	problem.UnsupportedQuery:   {http.StatusBadRequest, codeGeneral, clientException, ""},
	problem.MethodNotAllowed:   {http.StatusMethodNotAllowed, codeGeneral, clientException, "The HTTP method is not allowed for this resource."},
	problem.PreconditionFailed: {http.StatusPreconditionFailed, codeConflict, clientException, "The request ETag value does not match the object's ETag value."},
	problem.LimitExceeded:      {http.StatusBadRequest, codeGeneral, clientException, ""},

	problem.TenantNotFound:       {http.StatusNotFound, codeNoFile, fileNotFound, ""},
	problem.UserNotFound:         {http.StatusInternalServerError, codeSP, spException, "User cannot be found."},
	problem.UserDisabled:         {http.StatusForbidden, codeDenied, unauthorized, deniedText},
	problem.ObjectNotFound:       {http.StatusNotFound, codeNoFile, fileNotFound, ""},
	problem.ObjectConflict:       {http.StatusBadRequest, codeSP, spException, ""},
	problem.ReferenceExists:      {http.StatusBadRequest, codeSP, spException, ""},
	problem.LastOwner:            {http.StatusBadRequest, codeSP, spException, ""},
	problem.DynamicMembership:    {http.StatusBadRequest, codeSP, spException, ""},
	problem.InsufficientRights:   {http.StatusForbidden, codeDenied, unauthorized, deniedText},
	problem.DomainNotVerified:    {http.StatusBadRequest, codeSP, spException, ""},
	problem.InvalidRule:          {http.StatusBadRequest, codeArgument, argument, ""},
	problem.NestingNotAllowed:    {http.StatusBadRequest, codeSP, spException, ""},
	problem.RoleAlreadyActivated: {http.StatusBadRequest, codeSP, spException, ""},

	problem.InviteeInTenant:          {http.StatusBadRequest, codeSP, spException, ""},
	problem.InvitesNotAllowed:        {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.InviteDomainBlocked:      {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.CrossTenantBlocked:       {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.OutboundBlocked:          {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.InvitationNotFound:       {http.StatusNotFound, codeSP, spException, ""},
	problem.InvitationRedeemed:       {http.StatusBadRequest, codeSP, spException, ""},
	problem.InvitationExpired:        {http.StatusBadRequest, codeSP, spException, ""},
	problem.WrongAccount:             {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.AccountTypeNotAllowed:    {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.RedemptionDeclined:       {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.RedemptionAddressUnknown: {http.StatusBadRequest, codeSP, spException, ""},

	problem.SharingDisabled:      {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.SiteSharingDisabled:  {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.ExistingGuestsOnly:   {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.SiteExistingOnly:     {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.AnonymousNotAllowed:  {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.SharingDomainBlocked: {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.SiteDomainBlocked:    {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.ResharingNotAllowed:  {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.SharerNotAllowed:     {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.RecipientUnresolved:  {http.StatusBadRequest, codeSP, spException, ""},
	problem.RoleInvalid:          {http.StatusBadRequest, codeSP, spException, "The selected permission level is not valid."},
	problem.LinkNotFound:         {http.StatusNotFound, codeSP, spException, ""},
	problem.LinkExpired:          {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.LinkPasswordRequired: {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.LinkPasswordWrong:    {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.GuestRequired:        {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.GuestAccessExpired:   {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.GuestIDMismatch:      {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.AccessDenied:         {http.StatusForbidden, codeDenied, unauthorized, deniedText},
	problem.CodeRequired:         {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.CodeWrong:            {http.StatusForbidden, codeDenied, unauthorized, ""},

	problem.ItemNotFound:      {http.StatusNotFound, codeNoFile, fileNotFound, "File Not Found."},
	problem.SiteNotFound:      {http.StatusNotFound, codeNoFile, fileNotFound, ""},
	problem.ListNotFound:      {http.StatusNotFound, codeSP, spException, "List does not exist. The page you selected contains a list that does not exist. It may have been deleted by another user."},
	problem.NameExists:        {http.StatusBadRequest, codeTaken, spException, ""},
	problem.NameInvalid:       {http.StatusBadRequest, codeName, spException, ""},
	problem.PathTooLong:       {http.StatusBadRequest, codeName, spException, ""},
	problem.NotAFolder:        {http.StatusNotFound, codeNoFile, fileNotFound, "File Not Found."},
	problem.NotAFile:          {http.StatusNotFound, codeNoItem, spException, ""},
	problem.RootNotChangeable: {http.StatusBadRequest, codeSP, spException, ""},
	problem.QuotaExceeded:     {http.StatusInsufficientStorage, codeQuota, spException, ""},
	problem.RangeInvalid:      {http.StatusBadRequest, codeArgument, argument, ""},
	problem.RangeOverlap:      {http.StatusBadRequest, codeArgument, argument, ""},
	problem.SessionNotFound:   {http.StatusNotFound, codeNoFile, fileNotFound, ""},
	problem.ResyncRequired:    {http.StatusBadRequest, codeSP, spException, "The changeToken refers to a time before the start of the current change log."},
	problem.ResyncUpload:      {http.StatusConflict, codeSP, spException, ""},
	problem.ItemLocked:        {http.StatusLocked, codeLocked, "Microsoft.SharePoint.SPFileLockException", ""},
	problem.MoveAcrossDrives:  {http.StatusBadRequest, codeSP, spException, ""},
	problem.ParentNotFound:    {http.StatusNotFound, codeNoFile, fileNotFound, "File Not Found."},

	problem.BadToken:           {http.StatusUnauthorized, codeDenied, unauthorized, ""},
	problem.TokenExpired:       {http.StatusUnauthorized, codeDenied, unauthorized, "Invalid JWT token. The token is expired."},
	problem.WrongAudience:      {http.StatusUnauthorized, codeDenied, unauthorized, "Invalid audience Uri."},
	problem.WrongTenant:        {http.StatusUnauthorized, codeDenied, unauthorized, "Invalid issuer or signature."},
	problem.MissingScope:       {http.StatusForbidden, codeDenied, unauthorized, ""},
	problem.ClaimsChallenge:    {http.StatusUnauthorized, codeDenied, unauthorized, "The session is no longer valid."},
	problem.ThrottledByFault:   {http.StatusTooManyRequests, codeGeneral, throttled, ""},
	problem.FeatureNotEmulated: {http.StatusNotImplemented, codeGeneral, notSupported, ""},
}

// kindWires is what is left for a failure whose reason is not in the table.
func kindWire(k problem.Kind) wire {
	switch k {
	case problem.Invalid:
		return wire{http.StatusBadRequest, codeGeneral, clientException, ""}
	case problem.Unauthenticated:
		return wire{http.StatusUnauthorized, codeDenied, unauthorized, ""}
	case problem.Denied:
		return wire{http.StatusForbidden, codeDenied, unauthorized, deniedText}
	case problem.NotFound:
		return wire{http.StatusNotFound, codeNoFile, fileNotFound, "File Not Found."}
	case problem.Conflict:
		return wire{http.StatusConflict, codeSP, spException, ""}
	case problem.Expired:
		return wire{http.StatusGone, codeSP, spException, ""}
	case problem.Unsupported:
		return wire{http.StatusNotImplemented, codeGeneral, notSupported, ""}
	case problem.TooLarge:
		return wire{http.StatusRequestEntityTooLarge, codeGeneral, clientException, ""}
	case problem.Throttled:
		return wire{http.StatusTooManyRequests, codeGeneral, throttled, ""}
	case problem.Internal:
	}
	return wire{http.StatusInternalServerError, codeGeneral, serverError, "An unexpected error has occurred."}
}

// failure is a problem with the words that SharePoint has for it in this very situation (sharepoint.md 2.2).
type failure struct {
	wire
	cause error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.cause }

func fail(w wire, kind problem.Kind, reason problem.Reason) error {
	return &failure{wire: w, cause: problem.New(kind, reason, "%s", w.text)}
}

var (
	errSiteMissing  = fail(wire{status: http.StatusNotFound, text: "404 FILE NOT FOUND"}, problem.NotFound, problem.SiteNotFound)
	errDigest       = fail(wire{http.StatusForbidden, codeDigest, spException, "The security validation for this page is invalid and might be corrupted. Please use your web browser's Back button to try your operation again."}, problem.Denied, problem.AccessDenied)
	errUserMissing  = fail(wire{http.StatusInternalServerError, codeSP, spException, "User cannot be found."}, problem.NotFound, problem.UserNotFound)
	errGroup        = fail(wire{http.StatusNotFound, codeSP, spException, "Group cannot be found."}, problem.NotFound, problem.ObjectNotFound)
	errFolder       = fail(wire{http.StatusNotFound, codeNoFile, fileNotFound, "File Not Found."}, problem.NotFound, problem.ItemNotFound)
	errRoleDef      = fail(wire{http.StatusNotFound, codeArgument, argument, "Can not find the specified role definition."}, problem.NotFound, problem.ObjectNotFound)
	errPrincipal    = fail(wire{http.StatusNotFound, codeArgument, argument, "Can not find the principal with id."}, problem.NotFound, problem.ObjectNotFound)
	errItem         = fail(wire{http.StatusNotFound, codeArgument, argument, "Item does not exist. It may have been deleted by another user."}, problem.NotFound, problem.ItemNotFound)
	errList         = fail(wires[problem.ListNotFound], problem.NotFound, problem.ListNotFound)
	errOutsideWeb   = fail(wire{http.StatusBadRequest, codeArgument, argument, "Server relative urls must start with SPWeb.ServerRelativeUrl"}, problem.Invalid, problem.InvalidProperty)
	errRecycled     = fail(wire{http.StatusNotFound, codeArgument, argument, "Value does not fall within the expected range."}, problem.NotFound, problem.ItemNotFound)
	errSubscription = fail(wire{http.StatusNotFound, codeGeneral, "System.Web.HttpException", "The subscription does not exist."}, problem.NotFound, problem.ObjectNotFound)
	errChangeToken  = fail(wire{http.StatusBadRequest, codeArgument, argument, "The changeToken refers to a time before the start of the current change log."}, problem.Invalid, problem.ResyncRequired)
)

func errUnresolved(name string) error {
	return fail(wire{http.StatusBadRequest, codeSP, spException, fmt.Sprintf("The specified user %s could not be found.", brief(name))}, problem.NotFound, problem.UserNotFound)
}

func errListTitle(title, web string) error {
	return fail(wire{http.StatusNotFound, codeGeneral, argument, fmt.Sprintf("List '%s' does not exist at site with URL '%s'.", brief(title), web)}, problem.NotFound, problem.ListNotFound)
}

func errFile(path string) error {
	return fail(wire{http.StatusNotFound, codeNoItem, spException, fmt.Sprintf("The file %s does not exist.", brief(path))}, problem.NotFound, problem.ItemNotFound)
}

func errFileTaken(path string) error {
	return fail(wire{http.StatusBadRequest, codeTaken, spException, fmt.Sprintf("A file with the name %s already exists. It was last modified by another user.", path)}, problem.Conflict, problem.NameExists)
}

func errTitleTaken() error {
	return fail(wire{http.StatusInternalServerError, codeTitle, spException, "A list, survey, discussion board, or document library with the specified title already exists in this Web site.  Please choose another title."}, problem.Conflict, problem.NameExists)
}

// said is how an error goes on the wire.
func said(err error) (wire, *problem.Error) {
	p := problem.As(err)
	for e := err; e != nil; {
		if f, ok := e.(*failure); ok { //nolint:errorlint // the chain is walked by hand
			return f.wire, p
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = u.Unwrap()
	}
	w, ok := wires[p.Reason]
	if !ok || p.Reason == problem.None || p.Kind == problem.Internal {
		w = kindWire(p.Kind)
	}
	if p.Reason == problem.UnknownSegment {
		w.text = fmt.Sprintf("Cannot find resource for the request %s.", brief(p.Target))
	}
	if w.text == "" {
		w.text = brief(p.Detail)
	}
	if w.text == "" && w.status != http.StatusUnauthorized {
		w.text = deniedText
	}
	return w, p
}

// brief bounds what of a request comes back in the text of a failure.
func brief(s string) string {
	const most = 512
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// wireError is the body of a failure in OData 3.
type wireError struct {
	Code    string      `json:"code"`
	Message wireMessage `json:"message"`
}

type wireMessage struct {
	Lang  string `json:"lang"`
	Value string `json:"value"`
}

// fail writes a failure.
func (o *writer) fail(err error) {
	if a, ok := errors.AsType[answered](err); ok {
		o.send(a.encoded)
		return
	}
	w, p := said(err)
	if p.Kind == problem.Internal {
		o.face.Log.Error("spoapi: request failed", slog.Any("err", err), slog.String("path", o.r.URL.Path))
	}
	o.headers()
	if w.status == http.StatusUnauthorized {
		o.challenge(w, p)
		return
	}
	if rule := problem.Rule(err); rule != "" {
		o.w.Header().Set(problem.RuleHeader, rule)
	}
	if w.typ == "" {
		http.Error(o.w, w.text, w.status)
		return
	}
	message := wireMessage{"en-US", w.text}
	code := strconv.Itoa(w.code) + ", " + w.typ
	var body odata.Object
	switch o.mode {
	case verbose:
		body = odata.Object{{Name: "error", Value: wireError{code, message}}}
	case version4, version4None:
		body = odata.Object{{Name: "error", Value: odata.Object{{Name: "code", Value: code}, {Name: "message", Value: w.text}}}}
	case minimal, nometadata:
		body = odata.Object{{Name: "odata.error", Value: wireError{code, message}}}
	}
	o.json(w.status, o.mode.contentType(), body)
}

func (o *writer) json(status int, kind string, v any) {
	body, err := odata.Project(v, odata.Shape{})
	if err != nil {
		o.face.Log.Error("spoapi: answer cannot be written", slog.Any("err", err))
		status, body = http.StatusInternalServerError, nil
	}
	o.send(encoded{status: status, kind: kind, body: body})
}

// trustedIssuers is what SharePoint's challenge lists; clients read no more than the realm in front of it.
const trustedIssuers = "00000001-0000-0000-c000-000000000000@*,D3776938-3DBA-481F-A652-4BEDFCAB7CD8@*,https://sts.windows.net/*/," +
	"00000003-0000-0ff1-ce00-000000000000@90140122-8516-11e1-8eff-49304924019b"

// challenge writes a 401: the realm stands first and no blank behind commas, because clients split it so (identity.md 4.4).
func (o *writer) challenge(w wire, p *problem.Error) {
	place := links.FromContext(o.r.Context())
	login := "https://login.windows.net"
	if place.Origin.Local() {
		login = place.Origin.Login()
	}
	header := `Bearer realm="` + o.realm + `",client_id="00000003-0000-0ff1-ce00-000000000000",trusted_issuers="` +
		trustedIssuers + `",authorization_uri="` + login + `/common/oauth2/authorize"`
	if p.Reason == problem.ClaimsChallenge {
		claims := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, o.now.Unix())
		header += `,error="insufficient_claims",claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`
	}
	o.w.Header().Set("WWW-Authenticate", header)
	if w.text == "" {
		o.send(encoded{status: w.status})
		return
	}
	o.w.Header().Set("x-ms-diagnostics", diagnostics(p.Reason)+`;reason="`+strings.ReplaceAll(w.text, `"`, "'")+`";category="invalid_client"`)
	o.json(w.status, "application/json", odata.Object{{Name: "error_description", Value: w.text}})
}

// diagnostics is the number of a refused token (identity.md 4.4).
func diagnostics(r problem.Reason) string {
	switch r {
	case problem.WrongAudience:
		return "3000003"
	case problem.TokenExpired:
		return "3000007"
	default:
		return "3000006"
	}
}
