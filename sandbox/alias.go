package sandbox

import "time"

const aliasName = "alias"

var aliasPlace = placeOf(aliasName, "account")

// An Alias is the account's one other name.
type Alias struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

func (a *Alias) place() place    { return aliasPlace }
func (a *Alias) born() time.Time { return a.Created }
func (a *Alias) links() []string { return nil }

var (
	// aliasRule allows single hyphens between other characters.
	aliasRule      = whole(`[a-z0-9](-?[a-z0-9])*`)
	aliasParameter = parameter{name: "AccountAlias", required: true, low: 3, high: 63, pattern: aliasRule}
)

func aliasKind() *kind {
	return &kind{
		name:   aliasName,
		decode: decodeAs[Alias],
		settings: func(_ *call, e entity) (string, any) {
			a, _ := e.(*Alias)
			return "account", a.Name
		},
		operations: []operation{
			write("CreateAccountAlias", createAlias, aliasParameter),
			read("ListAccountAliases", listAliases, marker, maxItems),
			write("DeleteAccountAlias", deleteAlias, aliasParameter),
		},
	}
}

// createAlias replaces the alias there is. A name that is taken is refused, even when it is taken by this account.
func createAlias(c *call) (answer, error) {
	name := c.text("AccountAlias")
	if accountID.MatchString(name) {
		return done, refuse("ValidationError", "An account alias must not be 12 digits.")
	}
	if current, ok := c.store.get(aliasPlace).(*Alias); ok && current.Name == name {
		return done, alreadyExists("The account alias %s already exists.", name)
	}
	c.put(&Alias{Name: name, Created: c.now})
	return done, nil
}

func listAliases(c *call) (answer, error) {
	var names []string
	if current, ok := c.store.get(aliasPlace).(*Alias); ok && c.visible(current) {
		names = append(names, current.Name)
	}
	return respond(func(w *xmlWriter) {
		w.names("AccountAliases", names)
		w.more("")
	})
}

func deleteAlias(c *call) (answer, error) {
	name := c.text("AccountAlias")
	current, ok := c.store.get(aliasPlace).(*Alias)
	if !ok || current.Name != name {
		return done, noSuchEntity("The account alias %s does not exist.", name)
	}
	c.remove(current)
	return done, nil
}
