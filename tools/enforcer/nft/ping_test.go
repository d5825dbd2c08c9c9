package nft_test

import (
	"encoding/binary"
	"net"
	"os"
	"time"
)

// ping sends one echo request; the kernel of the other side answers.
func ping(address, family string, within time.Duration, answered *bool) error {
	network, request, reply := "ip4:icmp", byte(8), byte(0)
	if family == "6" {
		network, request, reply = "ip6:ipv6-icmp", 128, 129
	}
	connection, err := net.Dial(network, address)
	if err != nil {
		return err
	}
	defer connection.Close()
	message := []byte{request, 0, 0, 0, byte(os.Getpid() >> 8), byte(os.Getpid()), 0, 1}
	if family == "4" {
		binary.BigEndian.PutUint16(message[2:], checksum(message))
	}
	connection.SetDeadline(time.Now().Add(within))
	if _, err := connection.Write(message); err != nil {
		return unlessTimeout(err)
	}
	buffer := make([]byte, 64)
	for {
		if _, _, err := connection.(*net.IPConn).ReadFrom(buffer); err != nil {
			return unlessTimeout(err)
		}
		if buffer[0] == reply {
			*answered = true
			return nil
		}
	}
}

func checksum(message []byte) uint16 {
	sum := uint32(0)
	for i := 0; i < len(message); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(message[i:]))
	}
	return ^uint16(sum + sum>>16)
}
