package http2

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// server answers the calls of the tests.
type server struct {
	pb.UnimplementedTestServiceServer
	cancelled chan struct{} // one for each call that the client gave up
}

func (s *server) wait(ctx context.Context) error {
	<-ctx.Done()
	s.cancelled <- struct{}{}
	return ctx.Err()
}

func (s *server) UnaryCall(ctx context.Context, r *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	if len(md.Get("x-wait")) > 0 {
		return nil, s.wait(ctx)
	}
	if c := r.GetResponseStatus(); c != nil {
		grpc.SetTrailer(ctx, metadata.Pairs("x-why", "asked for"))
		return nil, status.Error(codes.Code(c.Code), c.Message)
	}
	grpc.SetHeader(ctx, metadata.Pairs("x-echo", md.Get("x-ask")[0], "x-bin", "b"))
	return &pb.SimpleResponse{Payload: r.Payload}, nil
}

func (s *server) StreamingInputCall(stream pb.TestService_StreamingInputCallServer) error {
	var size int32
	for {
		r, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(&pb.StreamingInputCallResponse{AggregatedPayloadSize: size})
		}
		if err != nil {
			return err
		}
		size += int32(len(r.Payload.Body))
	}
}

func (s *server) StreamingOutputCall(r *pb.StreamingOutputCallRequest, stream pb.TestService_StreamingOutputCallServer) error {
	for _, p := range r.ResponseParameters {
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: payload(int(p.Size))}); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) FullDuplexCall(stream pb.TestService_FullDuplexCallServer) error {
	for {
		r, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			s.cancelled <- struct{}{}
			return err
		}
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: r.Payload}); err != nil {
			return err
		}
	}
}

func payload(n int) *pb.Payload { return &pb.Payload{Body: bytes.Repeat([]byte("x"), n)} }

// proxy is the script between client and server.
const proxy = `
pipy()
  .listen('LISTEN').demuxHTTP('request')
  .pipeline('request').muxHTTP('server', '', { version: 2 })
  .pipeline('server').connect('SERVER')
`

// rig is a client and a server with pipy between them.
type rig struct {
	pb.TestServiceClient
	server *server
}

func newRig(t *testing.T) *rig {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{server: &server{cancelled: make(chan struct{}, 100)}}
	s := grpc.NewServer()
	pb.RegisterTestServiceServer(s, r.server)
	go s.Serve(l)
	t.Cleanup(s.Stop)
	conn, err := grpc.NewClient(start(t, strings.ReplaceAll(proxy, "SERVER", l.Addr().String())), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	r.TestServiceClient = pb.NewTestServiceClient(conn)
	return r
}

const patience = 30 * time.Second

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// wantCancelled waits until the server has heard that the client gave up.
func (r *rig) wantCancelled(t *testing.T) {
	t.Helper()
	select {
	case <-r.server.cancelled:
	case <-time.After(patience):
		t.Error("the server did not hear that the client gave up")
	}
}

func TestUnaryCalls(t *testing.T) {
	r := newRig(t)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			ctx := metadata.AppendToOutgoingContext(testContext(t), "x-ask", "me")
			var header metadata.MD
			size := []int{0, 1, 1000, 100000, 3 << 20}[i%5]
			out, err := r.UnaryCall(ctx, &pb.SimpleRequest{Payload: payload(size)}, grpc.Header(&header))
			if err != nil {
				t.Error(err)
				return
			}
			if got := len(out.GetPayload().GetBody()); got != size {
				t.Errorf("%d bytes came back of %d", got, size)
			}
			if got := header.Get("x-echo"); len(got) != 1 || got[0] != "me" {
				t.Errorf("x-echo: %q", got)
			}
		})
	}
	wg.Wait()
}

func TestStatusAndTrailers(t *testing.T) {
	r := newRig(t)
	var trailer metadata.MD
	_, err := r.UnaryCall(testContext(t), &pb.SimpleRequest{
		ResponseStatus: &pb.EchoStatus{Code: int32(codes.DataLoss), Message: "lost: \u00e4%\n"},
	}, grpc.Trailer(&trailer))
	if s := status.Convert(err); s.Code() != codes.DataLoss || s.Message() != "lost: \u00e4%\n" {
		t.Errorf("got %v", err)
	}
	if got := trailer.Get("x-why"); len(got) != 1 || got[0] != "asked for" {
		t.Errorf("trailer x-why: %q", got)
	}
	_, err = r.UnimplementedCall(testContext(t), &pb.Empty{}) // a response of trailers only
	if status.Code(err) != codes.Unimplemented {
		t.Errorf("got %v, want Unimplemented", err)
	}
}

func TestStreams(t *testing.T) {
	r := newRig(t)
	in, err := r.StreamingInputCall(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if err := in.Send(&pb.StreamingInputCallRequest{Payload: payload(50000)}); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := in.CloseAndRecv()
	if err != nil || sum.AggregatedPayloadSize != 200*50000 {
		t.Errorf("client to server: got %v, %v", sum, err)
	}

	ask := &pb.StreamingOutputCallRequest{}
	for range 200 {
		ask.ResponseParameters = append(ask.ResponseParameters, &pb.ResponseParameters{Size: 50000})
	}
	out, err := r.StreamingOutputCall(testContext(t), ask)
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for {
		m, err := out.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		size += len(m.Payload.Body)
	}
	if size != 200*50000 {
		t.Errorf("server to client: got %d bytes", size)
	}
}

func TestBothDirectionsAtOnce(t *testing.T) {
	r := newRig(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			stream, err := r.FullDuplexCall(testContext(t))
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 100 { // one answer for each message, before the next
				n := i * 371 % 60000
				if err := stream.Send(&pb.StreamingOutputCallRequest{Payload: payload(n)}); err != nil {
					t.Error(err)
					return
				}
				m, err := stream.Recv()
				if err != nil || len(m.GetPayload().GetBody()) != n {
					t.Errorf("message %d: %v", i, err)
					return
				}
			}
			stream.CloseSend()
			if _, err := stream.Recv(); err != io.EOF {
				t.Errorf("the end: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestDeadline(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(t.Context(), "x-wait", "1"), 200*time.Millisecond)
	defer cancel()
	_, err := r.UnaryCall(ctx, &pb.SimpleRequest{})
	// The server knows the deadline too; when its reset is first, it is a 502.
	if c := status.Code(err); c != codes.DeadlineExceeded && c != codes.Unavailable {
		t.Errorf("got %v", err)
	}
	r.wantCancelled(t)
}

func TestCancel(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(testContext(t))
	stream, err := r.FullDuplexCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&pb.StreamingOutputCallRequest{Payload: payload(10)}); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := stream.Recv(); status.Code(err) != codes.Canceled && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	r.wantCancelled(t)
	// The connection goes on.
	if _, err := r.UnaryCall(metadata.AppendToOutgoingContext(testContext(t), "x-ask", "me"), &pb.SimpleRequest{}); err != nil {
		t.Error(err)
	}
}

// TestSlowReaderDoesNotStopOthers has a stream whose client does not read, and
// others on the same connection.
func TestSlowReaderDoesNotStopOthers(t *testing.T) {
	r := newRig(t)
	ask := &pb.StreamingOutputCallRequest{}
	for range 500 {
		ask.ResponseParameters = append(ask.ResponseParameters, &pb.ResponseParameters{Size: 50000})
	}
	slow, err := r.StreamingOutputCall(testContext(t), ask)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		ctx := metadata.AppendToOutgoingContext(testContext(t), "x-ask", "me")
		if _, err := r.UnaryCall(ctx, &pb.SimpleRequest{Payload: payload(100000)}); err != nil {
			t.Fatal(err)
		}
	}
	for range 500 {
		if _, err := slow.Recv(); err != nil {
			t.Fatal(err)
		}
	}
}
