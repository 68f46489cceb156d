#include "translate.h"
#include <cctype>
#include <set>
#include <sstream>
#include <vector>

namespace {

// The instructions that ptx.h has a function for.
const std::set<std::string> known = {
    "mov.b32", "mul.wide.u32", "add.u64", "setp.ge.s32", "ld.global.nc.f32", "ld.global.nc.v4.f32",
    "cvt.rna.tf32.f32", "cvt.rn.bf16x2.f32", "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32",
    "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
};

bool isWord(char c) { return std::isalnum((unsigned char)c) || c == '_'; }

std::string trimmed(const std::string& text)
{
    size_t first = text.find_first_not_of(" \t\n"), last = text.find_last_not_of(" \t\n");
    return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

// Past the string or the bracket that begins at a place.
size_t skipped(const std::string& text, size_t at)
{
    if (text[at] == '"')
    {
        for (at++; at < text.size() && text[at] != '"'; at++)
            if (text[at] == '\\') at++;
        return at + 1;
    }
    int depth = 0;
    do
    {
        if (text[at] == '"') at = skipped(text, at) - 1;
        else if (text[at] == '(' || text[at] == '{' || text[at] == '[') depth++;
        else if (text[at] == ')' || text[at] == '}' || text[at] == ']') depth--;
        at++;
    } while (depth > 0 && at < text.size());
    if (depth > 0) throw TranslationError("a bracket without its end");
    return at;
}

// Parts between separators that lie in no string and no bracket.
std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts(1);
    for (size_t at = 0; at < text.size();)
    {
        size_t end = std::string("\"({[").find(text[at]) != std::string::npos ? skipped(text, at) : at + 1;
        if (text[at] == separator) parts.emplace_back();
        else parts.back() += text.substr(at, end - at);
        at = end;
    }
    return parts;
}

// The words of string literals side by side.
std::string unquoted(const std::string& text)
{
    std::string result;
    for (size_t at = 0; (at = text.find('"', at)) != std::string::npos;)
    {
        size_t end = skipped(text, at);
        result += text.substr(at + 1, end - at - 2);
        at = end;
    }
    return result;
}

// An operand of an instruction in C++: %0, [%1], {%0, %1}, a register or a number.
std::string operand(const std::string& text)
{
    std::string result;
    for (char c : text)
        if (c == '%') result += "cpu_";
        else if (isWord(c) || c == ',' || c == ' ' || c == '-') result += c;
        else if (std::string("[]{}").find(c) == std::string::npos)
            throw TranslationError("inline PTX with an operand of no meaning: " + text);
    return result;
}

std::string registers(const std::string& statement)
{
    std::istringstream words(statement);
    std::string reg, type, name;
    words >> reg >> type >> name;
    std::string cpp = type == ".pred" ? "bool" : type == ".f32" ? "float" : type == ".u64" || type == ".b64"
        ? "unsigned long long" : type == ".u32" || type == ".b32" ? "unsigned" : "";
    if (cpp.empty() || name.empty()) throw TranslationError("inline PTX without a meaning: " + statement);
    return cpp + " " + name + " = cpu_unset<" + cpp + ">(); ";
}

std::string instruction(std::string statement)
{
    std::string guard, whole = statement;
    if (statement[0] == '@')
    {
        size_t end = statement.find(' ');
        guard = "if (" + statement.substr(1, end - 1) + ") ";
        statement = trimmed(statement.substr(end));
    }
    size_t end = statement.find(' ');
    std::string name = statement.substr(0, end);
    if (!known.count(name)) throw TranslationError("inline PTX without a meaning: " + whole);
    for (char& c : name)
        if (c == '.') c = '_';
    return guard + "ptx_" + name + "(" + operand(statement.substr(end)) + "); ";
}

// What a kernel exports, of its head: [__launch_bounds__(items, groups)] void NAME(parameters)
std::string entry(const std::string& text, size_t at)
{
    size_t type = text.find("void", at), bounds = text.find("__launch_bounds__", at), name = type + 4;
    while (std::isspace((unsigned char)text[name])) name++;
    size_t end = name;
    while (isWord(text[end])) end++;
    std::string most = "1024", f = text.substr(name, end - name);
    if (bounds < type)
    {
        size_t open = text.find('(', bounds);
        most = split(text.substr(open + 1, skipped(text, open) - open - 2), ',')[0];
    }
    return "extern \"C\" __attribute__((visibility(\"default\"))) const cpu_kernel cpu_kernel_" + f
        + " = cpu_entry<decltype(" + f + ")>::of<" + f + ">(" + most + ");\n";
}

// An asm statement, of what stands in its brackets.
std::string assembly(const std::string& inside)
{
    std::vector<std::string> parts = split(inside, ':');
    if (parts.size() > 3) throw TranslationError("inline PTX with clobbers: " + inside);
    std::string code = trimmed(unquoted(parts[0])), before, within, after;
    int number = 0;
    for (size_t part = 1; part < parts.size(); part++)
        for (const std::string& each : split(parts[part], ','))
        {
            std::string text = trimmed(each);
            if (text.empty()) continue;
            std::string constraint = unquoted(text), name = "cpu_" + std::to_string(number++);
            std::string expression = text.substr(text.find('('));
            char letter = constraint.back();
            std::string type = letter == 'r' ? "unsigned" : letter == 'l' ? "unsigned long long" : "float";
            if (std::string("rlf").find(letter) == std::string::npos || constraint.find('&') != std::string::npos)
                throw TranslationError("inline PTX with the constraint " + constraint);
            std::string first = constraint[0] == '=' ? "cpu_unset<" + type + ">()"
                : std::string("cpu_in_") + letter + expression;
            before += type + " " + name + " = " + first + "; ";
            if (part == 1) after += "cpu_out(" + expression + ", " + name + "); ";
        }
    if (code[0] == '{') code = trimmed(code.substr(1, code.rfind('}') - 1));
    for (const std::string& each : split(code, ';'))
        if (std::string statement = trimmed(each); !statement.empty())
            within += statement.rfind(".reg", 0) == 0 ? registers(statement) : instruction(statement);
    return "{ " + before + "{ " + within + "} " + after + "}";
}

}

std::string translate(const std::string& text)
{
    std::string result, entries;
    for (size_t at = 0; at < text.size();)
    {
        size_t end = at;
        if (text[at] == '"') end = skipped(text, at);
        else if (text[at] == '#' && (at == 0 || text[at - 1] == '\n')) end = text.find('\n', at);
        else while (end < text.size() && isWord(text[end])) end++;
        if (end == at) end++;
        std::string word = text.substr(at, end - at);
        if (word == "asm")
        {
            size_t open = text.find('(', end);
            end = skipped(text, open);
            word = assembly(text.substr(open + 1, end - open - 2));
        }
        else if (word == "__launch_bounds__")
        {
            end = skipped(text, text.find('(', end));
            word = "";
        }
        else if (word == "__global__")
        {
            entries += entry(text, end);
            word = "";
        }
        result += word;
        at = end;
    }
    return result + "\n" + entries;
}
