-- `hello.lua PORT`: a greeting at /hello, JSON sent back at /echo.
http.serve({ port = math.tointeger(arg[1]), host = "127.0.0.1" }, {
  GET = {
    ["/hello"] = function()
      return { body = "hello" }
    end,
  },
  POST = {
    ["/echo"] = function(req)
      return { json = req:json() }
    end,
  },
})
