#pragma once
#include <stdexcept>
#include <string>

// What the host's compiler cannot take of CUDA C.
struct TranslationError : std::runtime_error { using std::runtime_error::runtime_error; };

// Preprocessed CUDA C as C++: entry points noted, each asm statement replaced by its instructions' functions (ptx.h).
std::string translate(const std::string& text);
