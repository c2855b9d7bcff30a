package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"
)

// Args are a job's arguments: a struct of identifiers, encoded as JSON.
type Args interface {
	Kind() string // stable name, such as "task.notify_reviewer"; two characters at least
}

const (
	defaultTimeout  = time.Minute
	defaultAttempts = 12 // with the back-off attempt⁴ seconds: given up after about eleven hours
)

// A kind is a registered kind of job.
type kind struct {
	name     string
	attempts int
	timeout  time.Duration
	unique   bool
	work     func(ctx context.Context, args []byte) error
	add      func(*river.Workers)
}

// An Option changes how jobs of one kind are treated.
type Option func(*kind)

// MaxAttempts is how often a job is tried before it counts as failed; 12 unless told.
func MaxAttempts(n int) Option { return func(k *kind) { k.attempts = n } }

// Timeout ends the context of a job that runs longer; one minute unless told. A job whose process died is given to
// another worker after its timeout, and after 90 seconds at the earliest.
func Timeout(d time.Duration) Option { return func(k *kind) { k.timeout = d } }

// Unique drops an inserted job when one with the same arguments waits already; the time of the first counts.
// A running job does not count as waiting: it may have read the records before the change that inserts anew.
func Unique() Option { return func(k *kind) { k.unique = true } }

// A Registry holds the kinds of job a program can work. Fill it before Start.
type Registry struct {
	mu    sync.Mutex
	kinds map[string]*kind
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{kinds: map[string]*kind{}} }

// Register says how jobs of type T are worked. Registering a kind twice panics: it is a fault of the program.
func Register[T Args](r *Registry, work func(ctx context.Context, job T) error, opts ...Option) {
	var zero T
	k := &kind{name: zero.Kind(), attempts: defaultAttempts, timeout: defaultTimeout}
	for _, o := range opts {
		o(k)
	}
	k.work = func(ctx context.Context, args []byte) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = &PanicError{Value: p, Stack: debug.Stack()}
			}
		}()
		var job T
		if err := json.Unmarshal(args, &job); err != nil {
			return Permanent(fmt.Errorf("jobs: arguments of %s: %w", k.name, err))
		}
		return work(ctx, job)
	}
	k.add = func(w *river.Workers) { river.AddWorker(w, &worker[T]{k: k}) }
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kinds[k.name] != nil {
		panic("jobs: kind registered twice: " + k.name)
	}
	r.kinds[k.name] = k
}

func (r *Registry) kind(name string) (*kind, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.kinds[name]; k != nil {
		return k, nil
	}
	return nil, fmt.Errorf("jobs: no worker is registered for %q", name)
}

func (r *Registry) all() []*kind {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*kind
	for _, k := range r.kinds {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b *kind) int { return strings.Compare(a.name, b.name) })
	return out
}

// Permanent marks an error that trying again cannot mend: the job fails at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

func isPermanent(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}

// A PanicError is a panic in a job, turned into an error so that it does not take the process down.
type PanicError struct {
	Value any
	Stack []byte // for the log; the job's record keeps Error alone
}

// Error tells a fault of the runtime in full; of other panics the type alone, for their text may hold content.
func (p *PanicError) Error() string {
	if e, ok := p.Value.(runtime.Error); ok {
		return "panic: " + e.Error()
	}
	return fmt.Sprintf("panic with a %T", p.Value)
}

// worker is what River calls.
type worker[T Args] struct {
	river.WorkerDefaults[T]
	k *kind
}

func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return w.k.timeout }

func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error {
	err := w.k.work(ctx, job.EncodedArgs)
	if isPermanent(err) {
		return river.JobCancel(err)
	}
	return err
}
