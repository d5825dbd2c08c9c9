package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"berth/tools/enforcer/policy"
)

// The model is cyclonus's, which lives in a module of its own: it needs much that the enforcer does not.

type question struct {
	Policies []*networkingv1.NetworkPolicy `json:"policies"`
	Traffic  []traffic                     `json:"traffic"`
}

type traffic struct {
	Source      peer   `json:"source"`
	Destination peer   `json:"destination"`
	Port        uint16 `json:"port"`
	PortName    string `json:"portName,omitempty"`
	Protocol    string `json:"protocol"`
}

type peer struct {
	IP              string            `json:"ip"`
	Namespace       string            `json:"namespace,omitempty"`
	NamespaceLabels map[string]string `json:"namespaceLabels,omitempty"`
	PodLabels       map[string]string `json:"podLabels,omitempty"`
}

type verdict struct{ Ingress, Egress, Both bool }

func buildModel(t *testing.T) string {
	t.Helper()
	model := filepath.Join(t.TempDir(), "policy-model")
	build := exec.Command("go", "build", "-trimpath", "-o", model, ".")
	build.Dir = filepath.Join("..", "..", "cyclonus")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the model cannot be built: %v\n%s", err, output)
	}
	return model
}

func ask(t *testing.T, model string, asked question) []verdict {
	t.Helper()
	text, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	var out, complaint bytes.Buffer
	command := exec.Command(model)
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(text), &out, &complaint
	if err := command.Run(); err != nil {
		t.Fatalf("the model failed: %v\n%s", err, complaint.String())
	}
	var verdicts []verdict
	if err := json.Unmarshal(out.Bytes(), &verdicts); err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != len(asked.Traffic) {
		t.Fatalf("%d verdicts for %d rows", len(verdicts), len(asked.Traffic))
	}
	return verdicts
}

func TestRandomPoliciesMeanWhatAnIndependentModelSays(t *testing.T) {
	const clusters = 150
	model := buildModel(t)
	open, closed := 0, 0
	for seed := range uint64(clusters) {
		random := generator{rand.New(rand.NewPCG(seed, 5))}
		state := random.state(t)
		rules := policy.Compile(state, cidrs)
		var asked question
		asked.Policies = state.Policies
		var connections []connection
		for range 200 {
			row, connection := random.traffic(state)
			asked.Traffic = append(asked.Traffic, row)
			connections = append(connections, connection)
		}
		for i, verdict := range ask(t, model, asked) {
			got := passes(rules, connections[i])
			if got {
				open++
			} else {
				closed++
			}
			if got != verdict.Both {
				policies, _ := json.Marshal(state.Policies)
				t.Fatalf("seed %d: %+v passes: %v, but the model says %+v by\n%s", seed, asked.Traffic[i], got, verdict, policies)
			}
		}
	}
	t.Logf("%d open, %d closed", open, closed)
	if open < 1000 || closed < 1000 {
		t.Errorf("what was asked tells little: %d open, %d closed", open, closed)
	}
}

func (g generator) traffic(state policy.State) (traffic, connection) {
	for {
		six := g.IntN(2) == 1
		source, _ := g.peer(state, six)
		destination, ports := g.peer(state, six)
		if source.IP == destination.IP {
			continue // That a pod reaches itself is not the model's concern.
		}
		row := traffic{source, destination, uint16(80 + g.IntN(6)), "", g.pick("TCP", "UDP", "SCTP")}
		row.PortName = ports[fmt.Sprint(row.Protocol, row.Port)]
		return row, connection{netip.MustParseAddr(source.IP), netip.MustParseAddr(destination.IP), strings.ToLower(row.Protocol), row.Port}
	}
}

// peer is a pod or, one time in four, somebody outside; with the names of its ports.
func (g generator) peer(state policy.State, six bool) (peer, map[string]string) {
	if g.IntN(4) == 0 {
		return peer{IP: g.outside(six)}, nil
	}
	pod := state.Pods[g.IntN(len(state.Pods))]
	ports := map[string]string{}
	for _, port := range pod.Spec.Containers[0].Ports {
		ports[fmt.Sprint(port.Protocol, port.ContainerPort)] = port.Name
	}
	found := peer{IP: pod.Status.PodIPs[0].IP, Namespace: pod.Namespace, PodLabels: pod.Labels}
	if six {
		found.IP = pod.Status.PodIPs[1].IP
	}
	for _, namespace := range state.Namespaces {
		if namespace.Name == pod.Namespace {
			found.NamespaceLabels = namespace.Labels
		}
	}
	return found, ports
}
