// The same in the notation of later releases: a pipeline is written where it is
// used.

pipy.listen(8000, $=>$
  .demuxHTTP().to($=>$
    .muxHTTP(() => '').to($=>$
      .connect('127.0.0.1:8080')
    )
  )
)
