wrk.method = "POST"
wrk.body = '{"id":12345,"name":"widget","tags":["a","b","c"],"price":12.5,"active":true,"nested":{"x":1,"y":[1,2,3]}}'
wrk.headers["Content-Type"] = "application/json"
