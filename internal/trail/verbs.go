package trail

import (
	"slices"
	"strings"

	"countersign/internal/kernel/authz"
)

// A verb is how an action is told: who "did" "what", or tried "to" do it. {it} is the record's name; other words in
// braces are values of the entry; a piece in brackets is left out when one of its values is not there.
type verb struct {
	group, did, to, what string
}

// Group is a kind of deed to filter by.
type Group struct{ Key, Name string }

// Groups are the kinds of deeds, as a filter offers them. The empty one is everything but notices: they are many, and
// the deeds they tell of stand there themselves.
var Groups = []Group{{"", "Anything but notices"}, {"work", "Work on tasks"}, {"quality", "Reviews and sign-offs"}, {"documents", "Documents"},
	{"talk", "Talk and questions"}, {"access", "Access, walls and gates"}, {"account", "Sign-ins and accounts"}, {"setup", "Playbooks and engagements"}, {"notices", "Notices and mails"}, {"all", "Everything"}}

var verbs = map[string]verb{
	"task.prepare":           {"work", "began", "begin", "the package {it}"},
	"task.edit":              {"work", "rewrote", "rewrite", "the package {it}"},
	"task.release":           {"work", "released", "release", "{it}[, due {due}]"},
	"task.amend":             {"work", "amended", "amend", "the package {it}"},
	"task.rush":              {"work", "changed the rush mark of", "change the rush mark of", "{it}"},
	"task.pause":             {"work", "paused", "pause", "{it}"},
	"task.resume":            {"work", "resumed", "resume", "{it}"},
	"task.recall":            {"work", "recalled", "recall", "{it}"},
	"task.cancel":            {"work", "cancelled", "cancel", "{it}"},
	"task.assign":            {"work", "assigned", "assign", "{it}[ to {holder}]"},
	"task.take":              {"work", "took", "take", "{it}"},
	"task.decline":           {"work", "declined", "decline", "the package {it}[: missing {missing}]"},
	"task.check":             {"work", "ticked", "tick", "item {item} of the checklist of {it}"},
	"task.check+no":          {"work", "unticked", "untick", "item {item} of the checklist of {it}"},
	"task.draft":             {"work", "drafted", "draft", "{it}"},
	"task.submit":            {"work", "handed in", "hand in", "{it}[, submission {submission}][, files: {files}]"},
	"task.look":              {"work", "looked at", "look at", "{it}"},
	"task.review":            {"quality", "reviewed", "review", "{it}"},
	"task.raise_finding":     {"quality", "raised", "raise", "a [{severity} ]finding[ {code}] on {it}"},
	"task.raise_finding+set": {"quality", "set", "set", "a finding on {it} to {becomes}"},
	"task.approve":           {"quality", "approved", "approve", "{it}"},
	"task.return":            {"quality", "returned", "return", "{it}[ with findings: {findings}]"},
	"task.sign_off":          {"quality", "signed off and delivered", "sign off", "{it}"},
	"task.ask":               {"talk", "asked", "ask", "a question on {it}[; silence means yes from {silence}]"},
	"task.answer":            {"talk", "answered", "answer", "a question on {it}"},
	"task.assume":            {"talk", "let the default take effect on", "let the default take effect on", "{it}: nobody objected in time"},
	"task.withdraw_question": {"talk", "withdrew", "withdraw", "a question on {it}"},
	"message.post":           {"talk", "wrote", "write", "{it}"},
	"message.edit":           {"talk", "edited", "edit", "{it}"},
	"notice.sent":            {"notices", "sent", "send", "[{person} ]a notice[: {what}]"},
	"notice.read":            {"notices", "read", "read", "notices[ ({notices})]"},
	"notice.choose":          {"notices", "chose", "choose", "mails: digest {digest}, urgent {urgent}"},
	"notice.mailed":          {"notices", "mailed", "mail", "[{notices} ]notices to {it}"},
	"notice.stop_mail":       {"notices", "ended the mails to", "end the mails to", "{it} through the link in a mail"},
	"trail.export":           {"access", "took out", "take out", "the trail of {it}"},

	"document.upload":          {"documents", "added", "add", "{it}[, version {version}]"},
	"document.add_version":     {"documents", "added", "add", "version {version} of {it}"},
	"document.restore_version": {"documents", "restored", "restore", "{it}[ as version {version}]"},
	"document.open":            {"documents", "took out the file of", "take out the file of", "{it}[, version {version}]"},
	"document.compare":         {"documents", "compared versions of", "compare versions of", "{it}[, {before}][ with {version}]"},
	"document.see":             {"documents", "saw", "see", "[{pages} of ][file {inside} in ]{it}[, version {version}]"},
	"document.unlock":          {"documents", "gave the password of", "give the password of", "{it}[, version {version}]"},
	"document.set_residency":   {"access", "kept in the country", "keep in the country", "{covers} of {it}[, folder {folder}]"},
	"document.lift_residency":  {"access", "let leave the country", "let leave the country", "{covers} of {it}[, folder {folder}]"},
	"evidence.add_witness":     {"setup", "registered", "register", "the witness [{name}]"},
	"evidence.end_witness":     {"setup", "ended", "end", "the witness [{name}]"},
	"evidence.cosign":          {"access", "handed in", "hand in", "a cosignature of the witness [{name}]"},
	"evidence.report_refusal":  {"access", "reported", "report", "that the witness [{name} ]refused to cosign"},
	"evidence.report_silence":  {"access", "reported", "report", "that the witness [{name} ]is silent"},
	"evidence.ask_pack":        {"access", "asked for", "ask for", "an evidence pack"},
	"evidence.take_pack":       {"access", "took out", "take out", "an evidence pack"},
	"evidence.rotate_key":      {"setup", "changed", "change", "the key of the log"},
	"privacy.ask":              {"setup", "filed", "file", "the request[ {request}]"},
	"privacy.approve":          {"setup", "approved", "approve", "the request[ {request}]"},
	"privacy.refuse":           {"setup", "refused", "refuse", "the request[ {request}]"},
	"privacy.finish":           {"setup", "worked on", "work on", "the request[ {request}][: it is {state}]"},
	"privacy.take_out":         {"access", "took out", "take out", "the export of the request[ {request}]"},
	"privacy.hold":             {"access", "put under legal hold", "put under legal hold", "{it}"},
	"privacy.lift_hold":        {"access", "lifted the legal hold of", "lift the legal hold of", "{it}"},
	"privacy.set_retention":    {"setup", "set", "set", "how long {it} is kept[: {years} years]"},
	"probe.begin":              {"access", "asked for", "ask for", "a residency probe[ at {at}]"},
	"probe.finish":             {"access", "ended", "end", "a residency probe: {requests} requests on {routes} routes for {documents} documents, {leaks} leaks[, blind on {blind}]"},
	"probe.read":               {"access", "read", "read", "residency probes"},
	"document.quarantine":      {"documents", "quarantined", "quarantine", "{it}"},
	"document.see_quarantined": {"documents", "looked into quarantine at", "look into quarantine at", "{it}"},
	"document.lift_quarantine": {"documents", "lifted the quarantine of", "lift the quarantine of", "{it}"},
	"document.sweep_pending":   {"documents", "removed", "remove", "stored bytes that no document came to use"},

	"deadline.enter":        {"work", "entered", "enter", "the event {it}"},
	"deadline.confirm":      {"work", "entered again", "enter again", "the event {it}[: agree {agree}]"},
	"deadline.correct":      {"work", "corrected", "correct", "an entry of the event {it}[: agree {agree}]"},
	"deadline.withdraw":     {"work", "withdrew", "withdraw", "the event {it}"},
	"deadline.move":         {"work", "proposed to move", "propose to move", "the event {it}[ from {from}][ to {to}]"},
	"deadline.approve_move": {"work", "approved a move of", "approve a move of", "the event {it}[ from {from}][ to {to}]"},
	"deadline.refuse_move":  {"work", "refused a move of", "refuse a move of", "the event {it}"},
	"deadline.satisfy":      {"work", "satisfied", "satisfy", "the deadline {it}"},
	"deadline.cancel":       {"work", "cancelled", "cancel", "the deadline {it}"},
	"deadline.give":         {"work", "gave", "give", "the deadline {it}[ to {person}]"},
	"deadline.link_task":    {"work", "linked a task with", "link a task with", "the deadline {it}"},
	"deadline.acknowledge":  {"work", "acknowledged", "acknowledge", "the reminders of {it}"},
	"deadline.remind":       {"notices", "reminded", "remind", "[{person} ]of the deadline {it}[, {days} days before]"},
	"deadline.climb":        {"notices", "reminded", "remind", "[{person} ]of the deadline {it}: nobody acknowledged"},
	"deadline.make_feed":    {"account", "made", "make", "a calendar address"},
	"deadline.end_feed":     {"account", "ended", "end", "a calendar address"},

	"matter.open":                 {"access", "opened", "open", "{it}"},
	"matter.edit":                 {"access", "changed", "change", "{it}"},
	"matter.edit_facts":           {"access", "changed the facts of", "change the facts of", "{it}"},
	"matter.edit_parties":         {"access", "changed the parties of", "change the parties of", "{it}[: added {added}][: removed {removed}]"},
	"matter.assign_attorney":      {"access", "changed the supervising attorney of", "change the supervising attorney of", "{it}[ to {person}]"},
	"matter.add_to_team":          {"access", "added", "add", "[{person} ]to the team of {it}"},
	"matter.remove_from_team":     {"access", "removed", "remove", "[{person} ]from the team of {it}"},
	"matter.raise_wall":           {"access", "raised", "raise", "ethical wall[ {wall}][ against {person}]"},
	"matter.lower_wall":           {"access", "lowered", "lower", "ethical wall[ {wall}][ against {person}]"},
	"matter.read_walls":           {"access", "read", "read", "the walls of {it}"},
	"matter.record_consent":       {"access", "recorded", "record", "the client's consent on {it}"},
	"matter.withdraw_consent":     {"access", "withdrew", "withdraw", "the client's consent on {it}"},
	"matter.ask_conflict_check":   {"access", "asked for", "ask for", "a conflict check[ {check}] of {it}"},
	"conflict_check.answer":       {"access", "answered", "answer", "conflict check[ {check}][: {outcome}]"},
	"matter.file_undertaking":     {"access", "filed", "file", "an undertaking on {it}"},
	"matter.withdraw_undertaking": {"access", "withdrew", "withdraw", "an undertaking on {it}"},
	"matter.restrict":             {"access", "restricted", "restrict", "{it}[: {restriction}]"},
	"matter.lift_restriction":     {"access", "lifted a restriction of", "lift a restriction of", "{it}[: {restriction}]"},
	"matter.close":                {"access", "closed", "close", "{it}"},
	"matter.reopen":               {"access", "reopened", "reopen", "{it}"},
	"matter.shut":                 {"access", "shut", "shut", "{it} to the provider"},
	"client.add":                  {"access", "added", "add", "client {it}"},
	"client.rename":               {"access", "renamed", "rename", "client {it}"},
	"import.run":                  {"setup", "imported", "import", "records from a file"},
	"import.undo":                 {"setup", "undid", "undo", "an import"},

	"account.sign_in":          {"account", "signed in", "sign in", ""},
	"account.sign_in_failed":   {"account", "turned away", "turn away", "a sign-in as {it}: the proof was wrong"},
	"account.factor_failed":    {"account", "turned away", "turn away", "a second factor of {it}"},
	"account.step_up":          {"account", "confirmed with a factor", "confirm with a factor", ""},
	"account.unlock":           {"account", "unlocked", "unlock", "the session"},
	"account.end_session":      {"account", "ended", "end", "a session"},
	"account.enrol":            {"account", "enrolled", "enrol", "a second factor"},
	"account.replace_factor":   {"account", "replaced", "replace", "the second factor"},
	"account.renew_recovery":   {"account", "renewed", "renew", "the recovery codes"},
	"account.change_password":  {"account", "changed", "change", "the password"},
	"account.change_settings":  {"account", "changed", "change", "settings"},
	"account.make_token":       {"account", "made", "make", "an API token"},
	"account.issue_token":      {"account", "made", "make", "an API token for {it}, at the machine"},
	"account.act_for":          {"account", "went over to", "go over to", "another organization"},
	"account.open_for":         {"account", "opened", "open", "a session for {it}"},
	"member.invite":            {"account", "invited", "invite", "[{name}]"},
	"member.resend":            {"account", "sent again", "send again", "an invitation"},
	"member.revoke_invitation": {"account", "revoked", "revoke", "an invitation"},
	"member.join":              {"account", "joined", "join", "the organization[ as {roles}]"},
	"member.add":               {"account", "added", "add", "{it}[ as {roles}]"},
	"member.change_roles":      {"account", "changed the roles of", "change the roles of", "{it}[ to {roles}]"},
	"member.set_site":          {"account", "changed the site of", "change the site of", "{it}[ to {site}]"},
	"member.dedicate":          {"account", "dedicated", "dedicate", "{it} to a firm"},
	"member.end":               {"account", "ended the membership of", "end the membership of", "{it}"},
	"member.reset_access":      {"account", "reset the access of", "reset the access of", "{it}"},
	"member.reset_factor":      {"account", "reset the second factor of", "reset the second factor of", "{it}"},
	"org.add":                  {"setup", "added", "add", "organization {it}"},
	"org.found":                {"setup", "founded", "found", "organization {it}"},

	"playbook.new":                  {"setup", "began", "begin", "playbook {it}"},
	"playbook.import":               {"setup", "imported", "import", "playbooks"},
	"playbook.start_version":        {"setup", "started a version of", "start a version of", "playbook {it}"},
	"playbook.edit_version":         {"setup", "edited", "edit", "playbook {it}"},
	"playbook.release_version":      {"setup", "released", "release", "a version of playbook {it}"},
	"playbook.retire":               {"setup", "retired", "retire", "playbook {it}"},
	"defect.add":                    {"setup", "added", "add", "a category to the defect taxonomy"},
	"defect.edit":                   {"setup", "changed", "change", "a category of the defect taxonomy"},
	"defect.retire":                 {"setup", "retired", "retire", "a category of the defect taxonomy"},
	"engagement.open":               {"setup", "opened", "open", "engagement {it}"},
	"engagement.move_phase":         {"setup", "moved", "move", "engagement {it}[ from {from}][ to {to}]"},
	"engagement.record_agreement":   {"setup", "recorded", "record", "an agreement[ ({agreement})] of engagement {it}"},
	"engagement.withdraw_agreement": {"setup", "withdrew", "withdraw", "an agreement[ ({agreement})] of engagement {it}"},
	"sla.make_calendar":             {"setup", "began", "begin", "the calendar {it}[, in {zone}]"},
	"sla.set_week":                  {"setup", "set the hours of", "set the hours of", "the calendar {it}[ from {from}][: {shifts}]"},
	"sla.add_day_off":               {"setup", "took days out of", "take days out of", "the calendar {it}[: {name}][, {first}][ to {last}]"},
	"sla.end_day_off":               {"setup", "gave days off back to", "give days off back to", "the calendar {it}[ from {until}]"},
	"sla.propose_terms":             {"setup", "proposed", "propose", "agreed time[, version {version}][: {minutes} working minutes]"},
	"sla.accept_terms":              {"setup", "accepted", "accept", "agreed time[, version {version}][, in force from {from}]"},
	"sla.decline_terms":             {"setup", "declined", "decline", "agreed time[, version {version}]"},
	"sla.withdraw_terms":            {"setup", "withdrew", "withdraw", "agreed time[, version {version}]"},
	"sla.pause_clock":               {"work", "stopped the clock of", "stop the clock of", "{it}[: {reason}]"},
	"sla.resume_clock":              {"work", "restarted the clock of", "restart the clock of", "{it}"},
	"engagement.add_clause":         {"setup", "put in force", "put in force", "a clause[ {name}] of engagement {it}"},
}

// sentence tells an entry: the verb, and what it was done to.
func sentence(action, it string, values map[string]string, refused bool) (did, what string) {
	switch {
	case action == "task.raise_finding" && values["becomes"] != "":
		action += "+set"
	case action == "task.check" && values["done"] == "no":
		action += "+no"
	}
	v, ok := verbs[action]
	if !ok { // a verb of a later version: its own word, which is what a paralegal would say
		_, word, _ := strings.Cut(action, ".")
		word = strings.ReplaceAll(word, "_", " ")
		v = verb{"", "did “" + word + "” on", word, "{it}"}
	}
	what = fill(v.what, func(name string) string {
		if name == "it" {
			return it
		}
		return values[name]
	})
	if refused {
		return "tried to", strings.TrimSpace(v.to + " " + what)
	}
	return v.did, what
}

// Words says what an action would do to a record of this name, as it follows "may": "sign off T-104".
func Words(action authz.Action, it string) string {
	v, ok := verbs[string(action)]
	if !ok {
		_, word, _ := strings.Cut(string(action), ".")
		return strings.ReplaceAll(word, "_", " ") + " " + it
	}
	return strings.TrimSpace(v.to + " " + fill(v.what, func(name string) string {
		if name == "it" {
			return it
		}
		return ""
	}))
}

// fill puts values into a pattern.
func fill(pattern string, value func(string) string) string {
	var out strings.Builder
	for pattern != "" {
		open := strings.IndexByte(pattern, '[')
		if open < 0 {
			piece, _ := fillPiece(pattern, value)
			out.WriteString(piece)
			break
		}
		piece, _ := fillPiece(pattern[:open], value)
		out.WriteString(piece)
		rest := pattern[open+1:]
		shut := strings.IndexByte(rest, ']')
		if piece, whole := fillPiece(rest[:shut], value); whole {
			out.WriteString(piece)
		}
		pattern = rest[shut+1:]
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// fillPiece reports whether every value was there.
func fillPiece(piece string, value func(string) string) (string, bool) {
	var out strings.Builder
	whole := true
	for {
		before, rest, found := strings.Cut(piece, "{")
		out.WriteString(before)
		if !found {
			return out.String(), whole
		}
		name, after, _ := strings.Cut(rest, "}")
		v := value(name)
		whole = whole && v != ""
		out.WriteString(v)
		piece = after
	}
}

// verbsOf lists the actions of a group; of "" none.
func verbsOf(group string) (list []string) {
	for action, v := range verbs {
		if v.group == group && !strings.Contains(action, "+") {
			list = append(list, action)
		}
	}
	slices.Sort(list)
	return list
}
