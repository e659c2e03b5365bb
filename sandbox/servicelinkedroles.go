package sandbox

import (
	"encoding/json"
	"strings"
)

func serviceLinkedRoleOperations() []operation {
	service := parameter{name: "AWSServiceName", required: true, low: 1, high: 128, pattern: nameRule}
	suffix := parameter{name: "CustomSuffix", low: 1, high: 64, pattern: nameRule}
	task := parameter{name: "DeletionTaskId", required: true, low: 1, high: 1000}
	return []operation{
		write("CreateServiceLinkedRole", createServiceLinkedRole, service, description, suffix),
		write("DeleteServiceLinkedRole", deleteServiceLinkedRole, roleName),
		read("GetServiceLinkedRoleDeletionStatus", getDeletionStatus, task),
	}
}

// createServiceLinkedRole makes the role a service asks for. AWS chooses its name; here it is the service's, without
// dots, in the usual AWSServiceRoleFor form.
func createServiceLinkedRole(c *call) (answer, error) {
	service := c.text("AWSServiceName")
	if !serviceRule.MatchString(service) {
		return done, refuse("InvalidInput", "%s is not a service name.", service)
	}
	word, _, _ := strings.Cut(service, ".")
	name := "AWSServiceRoleFor" + strings.ToUpper(word[:1]) + word[1:]
	if suffix := c.text("CustomSuffix"); suffix != "" {
		name += "_" + suffix
	}
	trust, err := json.Marshal(map[string]any{
		"Version": "2012-10-17",
		"Statement": []any{map[string]any{
			"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]string{"Service": service},
		}},
	})
	if err != nil {
		return done, err
	}
	if c.store.get(placeOf(roleKindName, name)) != nil {
		return done, refuse("InvalidInput",
			"Service role name %s has been taken in this account, please try a different suffix.", name)
	}
	r, err := newRole(c, name, serviceLinkedPath+service+"/", string(trust))
	if err != nil {
		return done, err
	}
	c.put(r)
	return respond(func(w *xmlWriter) {
		w.in("Role", func() {
			r.writeIdentity(w, c.account)
			w.document("AssumeRolePolicyDocument", string(trust))
		})
	})
}

// deleteServiceLinkedRole deletes at once. AWS does it later, in a task; here the task is over when it begins.
func deleteServiceLinkedRole(c *call) (answer, error) {
	r, err := c.role()
	if err != nil {
		return done, err
	}
	if !strings.HasPrefix(r.Path, serviceLinkedPath) {
		return done, noSuchEntity("The service-linked role with name %s cannot be found.", r.Name)
	}
	c.remove(r)
	return respond(func(w *xmlWriter) { w.text("DeletionTaskId", taskPrefix+r.Path+r.Name+"/"+r.ID) })
}

const taskPrefix = "task"

func getDeletionStatus(c *call) (answer, error) {
	if !strings.HasPrefix(c.text("DeletionTaskId"), taskPrefix+serviceLinkedPath) {
		return done, noSuchEntity("The deletion task %s cannot be found.", c.text("DeletionTaskId"))
	}
	return respond(func(w *xmlWriter) { w.text("Status", "SUCCEEDED") })
}
