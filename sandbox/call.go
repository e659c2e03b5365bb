package sandbox

import (
	"net/url"
	"strconv"
	"time"
)

// A call is one request while it is carried out. The account's lock is held throughout.
type call struct {
	account   string
	options   *Options
	lag       time.Duration
	store     *store
	operation *operation
	now       time.Time
	caller    caller
	// region is the Region that the call was signed for, which its endpoint is in.
	region string
	form   url.Values
	body   []byte // of JSON operations, instead of a form
	minted uint64
	change change
	// kept is what stays of the change even when the call is refused.
	kept change
}

// text is a parameter's value, or "" when it was not given.
func (c *call) text(name string) string { return c.form.Get(name) }

// given says whether a parameter was sent at all, be it empty.
func (c *call) given(name string) bool { return c.form.Has(name) }

// number is a parameter that was checked to be a number, or absent when it was not given.
func (c *call) number(name string, absent int) int {
	if n, err := strconv.Atoi(c.form.Get(name)); err == nil {
		return n
	}
	return absent
}

// flag is a parameter that was checked to be a boolean.
func (c *call) flag(name string) bool { return c.form.Get(name) == "true" }

// members are the values of a list parameter, which arrives as NAME.member.1, NAME.member.2 and so on.
func (c *call) members(name string) []string {
	var values []string
	for n := 1; ; n++ {
		key := name + ".member." + strconv.Itoa(n)
		if !c.form.Has(key) {
			return values
		}
		values = append(values, c.form.Get(key))
	}
}

// put says that an entity is to be kept, in place of the one of the same name.
func (c *call) put(e entity) { c.change.puts = append(c.change.puts, e) }

// remove says that an entity is to go.
func (c *call) remove(e entity) { c.change.removes = append(c.change.removes, e.place()) }

// keepEvenIfRefused makes what was put and removed so far stay when the call is refused after all.
func (c *call) keepEvenIfRefused() { c.kept = c.change }

// visible says whether the call may see an entity. Reads do not see what was created within the lag.
func (c *call) visible(e entity) bool {
	return c.operation.write || c.settled(e)
}

// settled says whether an entity's creation has reached all of the account.
func (c *call) settled(e entity) bool {
	return c.lag == 0 || !c.now.Before(e.born().Add(c.lag))
}

// find returns the entity of a kind by its name, in any spelling, if the call can see it.
func find[T entity](c *call, kind, name string) (T, bool) {
	e, ok := c.store.get(placeOf(kind, name)).(T)
	if !ok || !c.visible(e) {
		var none T
		return none, false
	}
	return e, true
}

// linked returns the entities of type T that bear a link and that the call can see, in order.
func linked[T entity](c *call, link string) []T {
	var found []T
	for _, p := range c.store.linked[link] {
		if e, ok := c.store.get(p).(T); ok && c.visible(e) {
			found = append(found, e)
		}
	}
	return found
}

// arnOf is the ARN of something in an account's IAM, such as "user/path/name".
func arnOf(account, rest string) string { return "arn:aws:iam::" + account + ":" + rest }
