package policy

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// State is what the enforcer knows of a cluster.
type State struct {
	Pods       []*corev1.Pod
	Namespaces []*corev1.Namespace
	Policies   []*networkingv1.NetworkPolicy
}

type pod struct {
	namespace string
	labels    labels.Set
	addresses []netip.Addr
	ports     []corev1.ContainerPort
}

// knownPods are the pods that policies speak of, with the addresses that are surely theirs: within the pods' ranges, and
// claimed by nobody else. A pod on the node's own network, one that has ended, and one whose namespace is not known yet
// are not among them.
func (s State) knownPods(cidrs []netip.Prefix, namespaces map[string]labels.Set) []pod {
	var pods []pod
	claims := map[netip.Addr]int{}
	for _, object := range s.Pods {
		_, known := namespaces[object.Namespace]
		if !known || object.Spec.HostNetwork || hasEnded(object) {
			continue
		}
		addresses := addressesOf(object, cidrs)
		for _, address := range addresses {
			claims[address]++
		}
		pods = append(pods, pod{object.Namespace, object.Labels, addresses, portsOf(object)})
	}
	for i := range pods {
		var sure []netip.Addr
		for _, address := range pods[i].addresses {
			if claims[address] == 1 {
				sure = append(sure, address)
			}
		}
		pods[i].addresses = sure
	}
	return pods
}

// hasEnded tells whether a pod has given its address back.
func hasEnded(object *corev1.Pod) bool {
	return object.Status.Phase == corev1.PodSucceeded || object.Status.Phase == corev1.PodFailed
}

func addressesOf(object *corev1.Pod, cidrs []netip.Prefix) []netip.Addr {
	texts := map[string]bool{object.Status.PodIP: true}
	for _, address := range object.Status.PodIPs {
		texts[address.IP] = true
	}
	var addresses []netip.Addr
	for text := range texts {
		address, err := netip.ParseAddr(text)
		if err != nil {
			continue
		}
		for _, cidr := range cidrs {
			if cidr.Contains(address) {
				addresses = append(addresses, address)
				break
			}
		}
	}
	return addresses
}

// portsOf are the ports of all containers that run beside each other, which includes init containers that stay.
func portsOf(object *corev1.Pod) []corev1.ContainerPort {
	var ports []corev1.ContainerPort
	for _, container := range object.Spec.InitContainers {
		if container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			ports = append(ports, container.Ports...)
		}
	}
	for _, container := range object.Spec.Containers {
		ports = append(ports, container.Ports...)
	}
	return ports
}
