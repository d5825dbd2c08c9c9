package policy

import (
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// portsOf reads the ports of a rule; no list of them means every port of every protocol.
func (c *compiler) portsOf(ports []networkingv1.NetworkPolicyPort) []Port {
	if len(ports) == 0 {
		return []Port{{}}
	}
	var read []Port
	for _, port := range ports {
		protocol := corev1.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		line := Port{Protocol: strings.ToLower(string(protocol))}
		switch {
		case port.Port == nil:
		case port.Port.Type == intstr.String:
			line.Named = c.portSet(protocol, port.Port.StrVal)
		default:
			line.First = uint16(port.Port.IntVal)
			line.Last = line.First
			if port.EndPort != nil {
				line.Last = uint16(*port.EndPort)
			}
		}
		read = append(read, line)
	}
	return read
}

// portSet names the set of all pods' ports of a name and protocol. Which pods are meant, the peer or the chain says.
func (c *compiler) portSet(protocol corev1.Protocol, portName string) string {
	name := nameAfter("ports", string(protocol), portName)
	if _, exists := c.rules.Ports[name]; exists {
		return name
	}
	ports := []netip.AddrPort{}
	for _, pod := range c.pods {
		for _, port := range pod.ports {
			if port.Name == portName && protocolOf(port) == protocol {
				for _, address := range pod.addresses {
					ports = append(ports, netip.AddrPortFrom(address, uint16(port.ContainerPort)))
				}
			}
		}
	}
	c.rules.Ports[name] = ports
	return name
}

func protocolOf(port corev1.ContainerPort) corev1.Protocol {
	if port.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return port.Protocol
}
