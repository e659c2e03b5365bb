package sandbox

import (
	"slices"
	"strconv"
	"time"
)

const serviceCredentialName = "service-credential"

// A ServiceCredential is a user name and password, or an API key, of a user for one service. Its secret is told when it
// is made and not kept.
type ServiceCredential struct {
	ID       string     `json:"id"`
	UserID   string     `json:"userID"`
	Service  string     `json:"service"`
	UserName string     `json:"userName"` // as the service knows the user
	Status   string     `json:"status"`
	Created  time.Time  `json:"created"`
	Expires  *time.Time `json:"expires,omitempty"`
}

func (s *ServiceCredential) place() place    { return placeOf(serviceCredentialName, s.ID) }
func (s *ServiceCredential) born() time.Time { return s.Created }
func (s *ServiceCredential) links() []string {
	return []string{ownedBy(serviceCredentialName, s.UserID)}
}

// credentialServices are the services there are credentials for, and whether theirs are API keys that can expire.
var credentialServices = map[string]bool{
	"codecommit.amazonaws.com": false,
	"cassandra.amazonaws.com":  false,
	"bedrock.amazonaws.com":    true,
	"logs.amazonaws.com":       true,
}

func serviceCredentialKind() *kind {
	id := parameter{name: "ServiceSpecificCredentialId", required: true, low: 20, high: 128, pattern: wordRule}
	service := parameter{name: "ServiceName"}
	age := parameter{name: "CredentialAgeDays", form: numberForm, low: 1, high: 36600}
	allUsers := parameter{name: "AllUsers", form: flagForm}
	return &kind{
		name:   serviceCredentialName,
		decode: decodeAs[ServiceCredential],
		blocks: "must delete service specific credentials first.",
		settings: func(c *call, e entity) (string, any) {
			s, _ := e.(*ServiceCredential)
			return c.userNameOf(s.UserID), map[string]string{"service": s.Service, "status": s.Status}
		},
		operations: []operation{
			write("CreateServiceSpecificCredential", createServiceCredential, need(userName), need(service), age),
			read("ListServiceSpecificCredentials", listServiceCredentials, userName, service, allUsers, marker, maxItems),
			write("UpdateServiceSpecificCredential", updateServiceCredential, userName, id, keyStatus),
			write("ResetServiceSpecificCredential", resetServiceCredential, userName, id),
			write("DeleteServiceSpecificCredential", deleteServiceCredential, userName, id),
		},
	}
}

func createServiceCredential(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return done, err
	}
	service := c.text("ServiceName")
	expires, known := credentialServices[service]
	if !known {
		return done, refuse("NotSupportedService", "No such service %s is supported for Service Specific Credentials", service)
	}
	existing := linked[*ServiceCredential](c, ownedBy(serviceCredentialName, u.ID))
	existing = slices.DeleteFunc(existing, func(s *ServiceCredential) bool { return s.Service != service })
	if len(existing) >= quotaServiceCredentials {
		return done, quotaExceeded("ContextSpecificCredentialsPerUserPerContext", quotaServiceCredentials)
	}
	s := &ServiceCredential{
		ID:      c.newID(idServiceCredential),
		UserID:  u.ID,
		Service: service,
		Status:  statusActive,
		Created: c.now,
	}
	s.UserName = u.Name + "-at-" + c.account
	if len(existing) > 0 {
		s.UserName = u.Name + "+" + strconv.Itoa(len(existing)) + "-at-" + c.account
	}
	if c.given("CredentialAgeDays") {
		if !expires {
			return done, refuse("ValidationError", "CredentialAgeDays is not supported for %s", service)
		}
		at := c.now.AddDate(0, 0, c.number("CredentialAgeDays", 0))
		s.Expires = &at
	}
	c.put(s)
	return s.respond(c, u)
}

// listServiceCredentials lists one user's credentials or, with AllUsers, those of the account.
func listServiceCredentials(c *call) (answer, error) {
	service := c.text("ServiceName")
	wanted := func(s *ServiceCredential) bool { return service == "" || s.Service == service }
	var page []*ServiceCredential
	var next string
	if c.flag("AllUsers") {
		if c.given("UserName") {
			return done, refuse("ValidationError", "UserName and AllUsers cannot be given together.")
		}
		var err error
		next, err = c.page(c.question("ServiceName", "AllUsers"), tableSection(c, serviceCredentialName, &page, wanted))
		if err != nil {
			return done, err
		}
	} else {
		u, err := c.userOrCaller()
		if err != nil {
			return done, err
		}
		page, next, err = pageOf(c, c.question("UserName", "ServiceName"),
			linked[*ServiceCredential](c, ownedBy(serviceCredentialName, u.ID)),
			func(s *ServiceCredential) string { return s.place().name }, wanted)
		if err != nil {
			return done, err
		}
	}
	users := map[string]*User{}
	for _, s := range page {
		users[s.UserID] = c.userByID(s.UserID)
	}
	return respond(func(w *xmlWriter) {
		list(w, "ServiceSpecificCredentials", page, func(s *ServiceCredential) { s.write(w, users[s.UserID]) })
		w.more(next)
	})
}

func updateServiceCredential(c *call) (answer, error) {
	_, s, err := c.serviceCredential()
	if err != nil {
		return done, err
	}
	status, err := c.newStatus()
	if err != nil {
		return done, err
	}
	changed := *s
	changed.Status = status
	c.put(&changed)
	return done, nil
}

// resetServiceCredential makes a new secret and keeps all else.
func resetServiceCredential(c *call) (answer, error) {
	u, s, err := c.serviceCredential()
	if err != nil {
		return done, err
	}
	c.put(s)
	return s.respond(c, u)
}

func deleteServiceCredential(c *call) (answer, error) {
	_, s, err := c.serviceCredential()
	if err != nil {
		return done, err
	}
	c.remove(s)
	return done, nil
}

func (c *call) serviceCredential() (*User, *ServiceCredential, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return nil, nil, err
	}
	id := c.text("ServiceSpecificCredentialId")
	s, ok := find[*ServiceCredential](c, serviceCredentialName, id)
	if !ok || s.UserID != u.ID {
		return nil, nil, noSuchEntity("The Service Specific Credential with id %s cannot be found.", id)
	}
	return u, s, nil
}

// isKey says whether the credential is an API key and not a name with a password.
func (s *ServiceCredential) isKey() bool { return credentialServices[s.Service] }

func (s *ServiceCredential) write(w *xmlWriter, u *User) {
	if u != nil {
		w.text("UserName", u.Name)
	}
	w.text("ServiceSpecificCredentialId", s.ID)
	w.text("ServiceName", s.Service)
	w.text("Status", s.Status)
	w.time("CreateDate", s.Created)
	if s.Expires != nil {
		w.time("ExpirationDate", *s.Expires)
	}
	if s.isKey() {
		w.text("ServiceCredentialAlias", s.UserName)
	} else {
		w.text("ServiceUserName", s.UserName)
	}
}

func (s *ServiceCredential) respond(c *call, u *User) (answer, error) {
	secret := c.newSecret(44)
	return respond(func(w *xmlWriter) {
		w.in("ServiceSpecificCredential", func() {
			s.write(w, u)
			if s.isKey() {
				w.text("ServiceCredentialSecret", secret)
			} else {
				w.text("ServicePassword", secret)
			}
		})
	})
}
