-- wrk asks for the paths after `--` in turns.
local requests, number = {}, 0

function init(args)
  for index = 1, #args do
    requests[index] = wrk.format("GET", args[index])
  end
end

function request()
  number = number % #requests + 1
  return requests[number]
end
