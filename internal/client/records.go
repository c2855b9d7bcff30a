package client

import "time"

// The records of the API as this program reads them: what the server adds later is passed over.

// Made is the answer of a verb that makes something.
type Made struct {
	ID string `json:"id"`
}

// A Task is a task; Get fills what hangs on it too.
type Task struct {
	ID       string    `json:"id"`
	Number   string    `json:"number"`
	Title    string    `json:"title"`
	Matter   string    `json:"matter"`
	Type     string    `json:"type"`
	State    string    `json:"state"`
	Stage    string    `json:"stage"`
	Returned bool      `json:"returned"`
	Author   string    `json:"author"`
	Holder   string    `json:"holder"`
	Rush     bool      `json:"rush"`
	Due      time.Time `json:"due"`
	Cycle    int       `json:"cycle"`
	Rev      int64     `json:"rev"`

	Instructions string       `json:"instructions"`
	Acceptance   string       `json:"acceptance"`
	Reason       string       `json:"reason"`
	Missing      []Missing    `json:"missing"`
	Submissions  []Submission `json:"submissions"`
	Findings     []Finding    `json:"findings"`
	Questions    []Question   `json:"questions"`
	Signature    *Signature   `json:"signature"`
}

// A Missing is a thing that a lead named as missing.
type Missing struct {
	Text string `json:"text"`
}

// A Submission is a manifest of exact versions.
type Submission struct {
	N     int      `json:"n"`
	Note  string   `json:"note"`
	Files []string `json:"files"`
}

// A Finding is a fault that a reviewer found.
type Finding struct {
	ID       string `json:"id"`
	Number   int    `json:"number"`
	Severity string `json:"severity"`
	Code     string `json:"code"`
	State    string `json:"state"`
	Text     string `json:"text"`
	Answer   string `json:"answer"`
}

// A Question is a question to the firm.
type Question struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Text     string    `json:"text"`
	Proposed string    `json:"proposed"`
	Answer   string    `json:"answer"`
	Silence  time.Time `json:"silence"`
}

// A Signature is a sign-off and whether it stands.
type Signature struct {
	By       string   `json:"by"`
	Manifest string   `json:"manifest"`
	Stands   bool     `json:"stands"`
	Void     []string `json:"void"`
}

// A Document is one file of a matter. In a list, Version is its newest version.
type Document struct {
	ID        string    `json:"id"`
	Matter    string    `json:"matter"`
	Kind      string    `json:"kind"`
	Name      string    `json:"name"`
	Folder    string    `json:"folder"`
	State     string    `json:"state"`
	Current   int64     `json:"current"`
	Version   string    `json:"version"`
	SizeBytes int64     `json:"size_bytes"`
	MediaType string    `json:"media_type"`
	Versions  []Version `json:"versions"`
}

// A Version is one immutable state of a document's bytes.
type Version struct {
	ID        string `json:"id"`
	N         int64  `json:"n"`
	Name      string `json:"name"`
	SizeBytes int64  `json:"size_bytes"`
	MediaType string `json:"media_type"`
	SHA256    string `json:"sha256"`
}

// Received is the answer to an upload.
type Received struct {
	Document Document `json:"document"`
	Version  Version  `json:"version"`
	Notes    []string `json:"notes"`
}

// A Matter is a matter as lists show it.
type Matter struct {
	ID         string `json:"id"`
	Number     string `json:"number"`
	Title      string `json:"title"`
	Client     string `json:"client"`
	State      string `json:"state"`
	DataClass  string `json:"data_class"`
	Supervisor string `json:"supervisor"`
}

// A Gate is one thing that must hold before work leaves the firm.
type Gate struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Open bool   `json:"open"`
	Say  string `json:"say"`
	Fix  string `json:"fix"`
}

// Gates is how a matter stands towards one provider.
type Gates struct {
	Provider   string `json:"provider"`
	Name       string `json:"name"`
	Engagement string `json:"engagement"`
	Gates      []Gate `json:"gates"`
}

// A ConflictCheck is a provider's check of a party list.
type ConflictCheck struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	Firm    string `json:"firm"`
	Outcome string `json:"outcome"`
	Parties []struct {
		Name string `json:"name"`
		Role string `json:"role"`
	} `json:"parties"`
}

// A Playbook is a firm's procedure for one task type.
type Playbook struct {
	ID       string `json:"id"`
	Code     string `json:"code"`
	Name     string `json:"name"`
	Current  int64  `json:"current"`
	Offshore string `json:"offshore"`
}

// An Engagement is one firm with one provider.
type Engagement struct {
	ID           string `json:"id"`
	Firm         string `json:"firm"`
	FirmName     string `json:"firm_name"`
	Provider     string `json:"provider"`
	ProviderName string `json:"provider_name"`
	Phase        string `json:"phase"`
	Country      string `json:"country"`
}

// A Message is one message of a thread.
type Message struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Org  string    `json:"org"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Me is who the token speaks for.
type Me struct {
	Person string   `json:"person"`
	Name   string   `json:"name"`
	Email  string   `json:"email"`
	Org    string   `json:"org"`
	Roles  []string `json:"roles"`
}
