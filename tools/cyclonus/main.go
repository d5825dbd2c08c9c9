// Command policy-model says which traffic NetworkPolicies let pass, by cyclonus's model of them. It reads one JSON
// document with policies and traffic, and prints a verdict for each row of the traffic, in order.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

type question struct {
	Policies []*networkingv1.NetworkPolicy `json:"policies"`
	Traffic  []traffic                     `json:"traffic"`
}

type traffic struct {
	Source      peer `json:"source"`
	Destination peer `json:"destination"`
	Port        int  `json:"port"`
	// PortName is what the destination calls the port, if anything.
	PortName string          `json:"portName"`
	Protocol corev1.Protocol `json:"protocol"`
}

// peer is a pod where it has a namespace, else whatever has the address.
type peer struct {
	IP              string            `json:"ip"`
	Namespace       string            `json:"namespace"`
	NamespaceLabels map[string]string `json:"namespaceLabels"`
	PodLabels       map[string]string `json:"podLabels"`
}

type verdict struct {
	Ingress bool `json:"ingress"`
	Egress  bool `json:"egress"`
	Both    bool `json:"both"`
}

func main() {
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "policy-model: %v\n", err)
		os.Exit(1)
	}
}

// answer judges the traffic. What it does not understand is an error: a misspelt field must not pass for an empty one.
func answer(in io.Reader, out io.Writer) error {
	var asked question
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return fmt.Errorf("the question cannot be read: %w", err)
	}
	model := matcher.BuildNetworkPolicies(false, asked.Policies)
	verdicts := make([]verdict, 0, len(asked.Traffic))
	for _, row := range asked.Traffic {
		result := model.IsTrafficAllowed(&matcher.Traffic{
			Source:           row.Source.modelled(),
			Destination:      row.Destination.modelled(),
			ResolvedPort:     row.Port,
			ResolvedPortName: row.PortName,
			Protocol:         row.Protocol,
		})
		verdicts = append(verdicts, verdict{result.Ingress.IsAllowed(), result.Egress.IsAllowed(), result.IsAllowed()})
	}
	return json.NewEncoder(out).Encode(verdicts)
}

func (p peer) modelled() *matcher.TrafficPeer {
	modelled := &matcher.TrafficPeer{IP: p.IP}
	if p.Namespace != "" {
		modelled.Internal = &matcher.InternalPeer{
			Namespace:       p.Namespace,
			NamespaceLabels: p.NamespaceLabels,
			PodLabels:       p.PodLabels,
		}
	}
	return modelled
}
