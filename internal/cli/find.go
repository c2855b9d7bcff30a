package cli

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/client"
	"countersign/internal/kernel/fault"
)

// taskID is the identifier of a task that a person named: by the number they say, "T-2094", or by its identifier.
func taskID(ctx context.Context, c *client.Client, name string) (string, error) {
	n, isNumber := strings.CutPrefix(strings.ToUpper(name), "T-")
	if _, err := strconv.ParseUint(n, 10, 63); !isNumber || err != nil {
		return name, nil
	}
	var l struct{ Tasks []client.Task }
	if err := c.Get(ctx, "/tasks?number="+n, &l); err != nil {
		return "", err
	}
	switch len(l.Tasks) {
	case 0:
		return "", fault.Missing()
	case 1:
		return l.Tasks[0].ID, nil
	}
	return "", fault.New(fault.Invalid, "Several firms have a task "+name+": name it by its identifier, which --json shows.")
}

// matterID is the identifier of a matter that a person named: by the firm's number, or by its identifier.
func matterID(ctx context.Context, c *client.Client, name string) (string, error) {
	if len(name) == 36 && strings.Count(name, "-") == 4 {
		return name, nil
	}
	var l struct{ Matters []client.Matter }
	if err := c.Get(ctx, "/matters?find="+url.QueryEscape(name), &l); err != nil {
		return "", err
	}
	found := ""
	for _, m := range l.Matters {
		if strings.EqualFold(m.Number, name) {
			if found != "" {
				return "", fault.New(fault.Invalid, "Several firms have a matter "+name+": name it by its identifier, which --json shows.")
			}
			found = m.ID
		}
	}
	if found == "" {
		return "", fault.Missing()
	}
	return found, nil
}

// identified finds the identifier of a matter or task; every other kind is named by it.
func identified(ctx context.Context, c *client.Client, kind, name string) (string, error) {
	switch kind {
	case "task":
		return taskID(ctx, c, name)
	case "matter":
		return matterID(ctx, c, name)
	}
	return name, nil
}
