# bayesm's side of hierarchical_bayes.py: hand its camera data over, or draw from the posterior.
#
#   Rscript hierarchical_bayes.R data  <folder>                  writes rows, chosen and tasks; says how many columns
#   Rscript hierarchical_bayes.R draws <folder> <seed> <sweeps>  writes means, sds and seconds (set-up, all)

if (!requireNamespace("bayesm", quietly = TRUE)) quit(status = 3)
suppressMessages(library(bayesm))

asked <- commandArgs(TRUE)
write_numbers <- function(numbers, name) writeBin(as.double(numbers), file.path(asked[2], name))

data(camera)
columns <- ncol(camera[[1]]$X)
alternatives <- nrow(camera[[1]]$X) / length(camera[[1]]$y)

draw <- function(sweeps) {
  degrees <- columns + 3
  set.seed(as.integer(asked[3]))
  capture.output(drawn <- rhierMnlRwMixture(
    Data = list(p = alternatives, lgtdata = camera),
    Prior = list(ncomp = 1, mubar = matrix(0, 1, columns), Amu = matrix(0.01), nu = degrees,
                 V = degrees * diag(columns)),
    Mcmc = list(R = sweeps, keep = 1, nprint = 0)
  ))
  drawn
}

seconds <- function(spent) spent[["user.self"]] + spent[["sys.self"]]

if (asked[1] == "data") {
  write_numbers(unlist(lapply(camera, function(one) t(one$X))), "rows")
  write_numbers(unlist(lapply(camera, function(one) one$y)), "chosen")
  write_numbers(sapply(camera, function(one) length(one$y)), "tasks")
  cat(columns)
} else {
  set_up <- seconds(system.time(draw(2)))
  all <- seconds(system.time(drawn <- draw(as.integer(asked[4]))))
  population <- lapply(drawn$nmix$compdraw, `[[`, 1)
  write_numbers(sapply(population, function(one) one$mu), "means")
  # rooti is the inverse of the upper triangular root of the covariance.
  write_numbers(sapply(population, function(one) sqrt(diag(crossprod(solve(one$rooti))))), "sds")
  write_numbers(c(set_up, all), "seconds")
}
